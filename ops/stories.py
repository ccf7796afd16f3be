"""Demo stories: a playbook's rehearsals as acts with a sentence each, and incidents around them."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.playbook.model import Deed, Playbook
from desk.values import in_language
from ops.player import Player
from ops.stage import PEOPLE, Stage


@dataclass(frozen=True)
class Act:
    """One action of a person, with its sentence. `perform` raises NotAsWritten."""

    who: str
    does: str
    perform: Callable[[], None]


@dataclass(frozen=True)
class Story:
    """A scripted sequence; `acts` builds it for a stage."""

    id: str
    title: str
    about: str
    acts: Callable[[Stage, Playbook], list[Act]]


def deeds(stage: Stage, book: Playbook, branch: str) -> list[Act]:
    """Return the acts of one rehearsal."""
    player = Player(stage, book)
    names = {one["id"]: one["name"] for one in stage.control.get("/people").json()["people"]}
    return [
        # `deed=deed` binds the loop variable now
        Act(names[PEOPLE[deed.who]], does(book, deed), lambda deed=deed: player.play(deed))  # type: ignore[misc]
        for deed in book.rehearsals[branch].deeds
    ]


def does(book: Playbook, deed: Deed) -> str:
    """Describe a deed in the playbook's words."""
    name, _, part = (deed.part or deed.step or "").partition(".")
    step = book.steps[name]
    title = in_language(step.parts[part].title if part else step.title, "en")
    outcome = step.outcome(deed.outcome or "")
    chosen = f" → {in_language(outcome.title, 'en')}" if outcome and outcome.title else ""
    number = f"step {step.sop}: " if step.sop else ""
    return f"{number}{title}{chosen}"


def _plain(stage: Stage, book: Playbook) -> list[Act]:
    return deeds(stage, book, "unchanged")


def _impostor(stage: Stage, book: Playbook) -> list[Act]:
    """Script an account takeover after which the fraudster calls as the customer."""
    fraud = {"change_email": "n.mahlangu.new@mail.example", "place_orders": 2}
    return [
        Act(
            "The fraudster",
            "takes over Naledi Mahlangu's account: a new email, two orders",
            lambda: _ask(stage, "POST", "/backoffice/profiles/2048811/fraud", fraud),
        ),
        *deeds(stage, book, "failed_standard"),
    ]


def _down(stage: Stage, book: Playbook) -> list[Act]:
    """Script an outage of Zendesk before the ticket is made, and its end an hour later."""
    acts = deeds(stage, book, "unchanged")
    at = next(number for number, deed in enumerate(book.rehearsals["unchanged"].deeds) if deed.step == "suspend")
    down = Act("Zendesk", "goes down", lambda: _ask(stage, "POST", "/faults", {"system": "zendesk", "kind": "down"}))
    half = Act("The clock", "moves half an hour", lambda: _ask(stage, "POST", "/clock", {"advance": 1800}))
    back = Act("Zendesk", "is back", lambda: _ask(stage, "DELETE", "/faults"))
    return [*acts[:at], down, acts[at], half, half, back, *acts[at + 1 :]]


def _ask(stage: Stage, method: str, path: str, body: object = None) -> None:
    stage.control.request(method, path, json=body).raise_for_status()


STORIES = (
    Story(
        "plain",
        "A plain takeover",
        "From the call to the refund: the profile is found and nothing was changed.",
        _plain,
    ),
    Story(
        "impostor",
        "A fraudster calling as the customer",
        "The account was taken over, and the wrong person calls. They fail the questions.",
        _impostor,
    ),
    Story(
        "down",
        "Zendesk down for an hour",
        "It goes down before the ticket is made. Watch the queue, then the one ticket.",
        _down,
    ),
)
