"""Codec of a modal's `private_metadata`: identifies its form, so that a submission needs no server-side state. Pure."""

from pydantic import ValidationError

from desk.values import Value

PICK_OUTCOME = "pick:outcome"
PICK_PLAYBOOK = "pick:playbook"
PICK_FIELD = "pick:field"
"""Action ids of choices that change a modal's questions."""

NONE = "__none"
"""Suffix of the action id of "None known, because…"."""

LONGEST_META = 3000  # https://docs.slack.dev/reference/views/modal-views


class FormMeta(Value):
    """The case, step, part and outcome of a form, and the card it was opened from.

    `new` is an intake form without a case yet; `flow` says that the form followed another in the same modal, `said`
    names the texts for the customer on its pages, and `after` a step whose verdict is shown above this page. `ask`
    names a case action instead of a step's form, `field` the fact to correct or the ticket that was given, `shown` the
    mark of that ticket as the form shows it.
    """

    case: str
    playbook: str = ""
    step: str = ""
    part: str | None = None
    occurrence: int = 1
    outcome: str | None = None
    new: bool = False
    pinned: bool = False
    flow: bool = False
    effect: str = ""
    channel: str = ""
    ts: str = ""
    said: tuple[str, ...] = ()
    after: str = ""
    ask: str = ""
    attempt: str = ""
    field: str = ""
    shown: str = ""


def write_meta(meta: FormMeta) -> str:
    """Encode as compact JSON without defaults; raises ValueError when it is too long for Slack, which is a bug."""
    written = meta.model_dump_json(exclude_defaults=True)
    if len(written) > LONGEST_META:
        raise ValueError(f"a form's metadata takes {len(written)} characters, {LONGEST_META} at most")
    return written


def read_meta(raw: str) -> FormMeta | None:
    """Decode; None for anything that was not encoded here."""
    try:
        return FormMeta.model_validate_json(raw)
    except (ValidationError, ValueError):
        return None
