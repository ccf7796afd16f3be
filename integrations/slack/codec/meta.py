"""What a modal carries in `private_metadata`: whose form it is, so that its submission needs no memory here. Pure."""

from pydantic import ValidationError

from desk.values import Value

PICK_OUTCOME = "pick:outcome"
PICK_PLAYBOOK = "pick:playbook"
PICK_FIELD = "pick:field"
"""The action ids of choices that change a modal's questions."""

NONE = "__none"
"""The end of the action id of "None known, because…"."""

LONGEST_META = 3000  # https://docs.slack.dev/reference/views/modal-views


class FormMeta(Value):
    """The case, step, part and outcome a form is for, and the card it was opened from.

    `new` is an intake without a case yet; `flow` says that the form followed another in the same modal, `said` names
    the texts the customer was told on its pages, and `after` a step whose verdict stands above this page. `ask` says
    that it is no step's form but something beside, `field` which fact is corrected there.
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


def write_meta(meta: FormMeta) -> str:
    """Write compact JSON, defaults left out; too much for Slack is our bug and raises ValueError."""
    written = meta.model_dump_json(exclude_defaults=True)
    if len(written) > LONGEST_META:
        raise ValueError(f"a form's metadata takes {len(written)} characters, {LONGEST_META} at most")
    return written


def read_meta(raw: str) -> FormMeta | None:
    """Read it back; None for anything that was not written here."""
    try:
        return FormMeta.model_validate_json(raw)
    except (ValidationError, ValueError):
        return None
