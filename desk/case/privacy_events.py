"""What happened to personal values: they had to go, had to stay, or were looked at; see `desk/rules/erasure.py`, `desk/rules/unmask.py`."""

from typing import Literal

from desk.values import Fact, Happened


class CaseErased(Happened):
    """The keys of these retention classes were destroyed."""

    kind: Literal["case_erased"] = "case_erased"
    keep: tuple[str, ...]
    why: Literal["asked", "retention"]


class PostsRedacted(Happened):
    """What the bot posted in an inbox was written over."""

    kind: Literal["posts_redacted"] = "posts_redacted"
    effect: str
    inbox: str
    count: int


class HoldSet(Happened):
    """Nothing of the case may go."""

    kind: Literal["hold_set"] = "hold_set"
    reason: Fact


class HoldReleased(Happened):
    """Time goes on for the case."""

    kind: Literal["hold_released"] = "hold_released"


class PersonalShown(Happened):
    """Somebody looked at what a masked card hides: who, when and on which card; no value."""

    kind: Literal["personal_shown"] = "personal_shown"
    inbox: str
