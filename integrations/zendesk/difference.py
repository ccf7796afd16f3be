"""A difference between an account and what the desk needs. Pure."""

from desk.values import Value
from integrations.zendesk.setup import Call

RUN = "Run `ato provision`."


class Difference(Value):
    """A difference. `call` corrects it; without one it `waits` for another, or for a person."""

    check: str
    name: str
    what: str
    cure: str = RUN
    call: Call | None = None
    waits: bool = False

    @property
    def ours(self) -> bool:
        """Return whether the desk can correct it."""
        return self.call is not None or self.waits


def several(check: str, name: str) -> Difference:
    return Difference(
        check=check,
        name=name,
        what=f"There are several of the {check} “{name}”, and the desk does not guess.",
        cure="Rename those that are not meant.",
    )
