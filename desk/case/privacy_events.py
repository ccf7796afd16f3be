"""Privacy events: erasure, legal hold, disclosure. Decided in `desk/rules/erasure.py` and `desk/rules/unmask.py`."""

from typing import Literal

from desk.values import Fact, Happened


class CaseErased(Happened):
    """The keys of these retention classes were destroyed."""

    kind: Literal["case_erased"] = "case_erased"
    keep: tuple[str, ...]
    why: Literal["asked", "retention"]


class PostsRedacted(Happened):
    """The bot's posts in an inbox were overwritten."""

    kind: Literal["posts_redacted"] = "posts_redacted"
    effect: str
    inbox: str
    count: int


class HoldSet(Happened):
    """The case was put on legal hold."""

    kind: Literal["hold_set"] = "hold_set"
    reason: Fact


class HoldReleased(Happened):
    """The legal hold was ended."""

    kind: Literal["hold_released"] = "hold_released"


class PersonalShown(Happened):
    """Masked values were disclosed to a person: who, when, on which card; no value."""

    kind: Literal["personal_shown"] = "personal_shown"
    inbox: str
