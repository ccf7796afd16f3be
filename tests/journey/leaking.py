"""Personal values that stand nowhere else, the people who play with them, and the search for them in what is left behind."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

import httpx

from config.load import load
from desk.playbook.model import Deed, Playbook
from ops.player import Player
from ops.stage import stage
from ops.watching import Watcher
from tests.journey.scene import Json, Scene, eventually

BOOKS = load()
NOTE = "Quillonia Zemberwick of 17 Umbrella Crescent called again"
NOTED = ("Quillonia", "Zemberwick", "Umbrella Crescent")
WROTE = {"name": "Quillon", "email": "qz.quillon@example.com"}
"""Who wrote the ticket that a case came from, as only Zendesk says."""
MARKED = (
    (re.compile(r"[\w.]+@[\w.]+"), lambda one: f"qz.{one[0]}"),
    (re.compile(r"\b(0\d\d?) (\d{3,4}) (\d{4})\b"), lambda one: f"{one[1]} {one[2]} 7{one[3][1:]}"),
    (re.compile(r"\b20488(\d\d)\b"), lambda one: f"30591{one[1]}"),
    (re.compile(r"203\.0\.113\.9"), lambda _: "198.51.100.77"),
    (re.compile(r"2001:db8::7"), lambda _: "2001:db8::beef"),
)
"""What is found in a personal value, and what stands in its place: the database holds the playbooks with their rehearsals, too."""


ADDRESS = "17 Quaggavlei Lane"
"""No rehearsal says where the orders went to, so it is said here wherever it is asked."""
RESULTS = (
    "popi_full_name",
    "popi_contact",
    "popi_last_order",
    "restaurant_matches",
    "total_matches",
)
UNMARKED = {("mr_d", name) for name in ("bank_orders", "restored", *RESULTS)}
"""Orders that are evidence too and stand in the clear, and ticks."""


def marked(deed: Deed, book: Playbook) -> Deed:
    """The same deed about somebody whose values stand nowhere else."""
    fill = {
        name: _marked(raw, book.fields[name].type) if book.fields[name].personal else raw
        for name, raw in deed.fill.items()
    }
    if "still_going" in fill and "fraud_orders" in fill:
        fill["fraud_address"] = ADDRESS
    makes = deed.makes and {
        **deed.makes,
        "email": _marked(deed.makes["email"], "email"),
        "name": _marked(deed.makes["name"], "name"),
    }
    return deed.model_copy(update={"fill": fill, "makes": makes})


def _marked(raw: object, kind: str) -> object:
    if not isinstance(raw, str):
        return raw
    if kind == "order":
        return "8801977"
    for wanted, other in MARKED:
        raw = wanted.sub(other, raw)
    words = {"name": "Qzwort", "long_text": " Quilwort"}.get(kind, "")
    return "\n".join(f"{line}{words}" for line in raw.splitlines())


def marks() -> tuple[str, ...]:
    """Give what was put in, in all the ways in which the desk may write it."""
    told = " ".join(
        str(raw)
        for book in BOOKS.values()
        for one in book.rehearsals.values()
        for deed in (marked(deed, book) for deed in one.deeds)
        for raw in (*deed.fill.values(), *(deed.makes or {}).values())
    )
    typed = set(re.findall(r"\b0\d\d? \d{3,4} 7\d{3}\b", told))
    phones = {way for one in typed for way in ways(one)}
    written = re.findall(
        r"qz\.[\w.]+@[\w.]+|\w+Qzwort|Quilwort|Quaggavlei|30591\d\d|8801977|0\d\d? \d{3,4} 7\d{3}|198\.51\.100\.77|2001:db8::beef",
        told,
    )
    return tuple(sorted({*written, *phones, *NOTED, WROTE["email"]}))


def ways(phone: str) -> set[str]:
    """A telephone number as it is typed, dialled, kept and shown; Italy keeps the nought."""
    joined = phone.replace(" ", "")
    short = phone.removeprefix("0")
    kept = {f"27{joined[1:]}", f"39{joined}"}
    return {phone, short, joined, joined[1:], *kept}


MARKS = marks()


@dataclass
class Left:
    """What was left behind everywhere, once all was played."""

    slack: Json
    tickets: str
    asked: list[Json]
    figures: str
    folder: Path
    environment: dict[str, str]
    case: str
    """The name of the case with the note."""

    def public(self) -> str:
        """What anybody in the workspace may read; an answer that one person sees is not among it."""
        there = [one["messages"] for one in self.slack["channels"].values() if anybodys(one["channel"])]
        return json.dumps(there, ensure_ascii=False)

    def private(self) -> str:
        there = [one for one in self.slack["channels"].values() if not anybodys(one["channel"])]
        return json.dumps(there, ensure_ascii=False)

    def metadata(self) -> str:
        """Everything Slack keeps beside what people see: of messages and of modals."""
        told = [one["body"] for one in self.asked if one["system"] == "slack" and isinstance(one["body"], dict)]
        views = [json.loads(view) if isinstance(view, str) else view for body in told if (view := body.get("view"))]
        beside = [body["metadata"] for body in told if body.get("metadata")]
        return json.dumps([beside, [view.get("private_metadata") for view in views]])

    def files(self, pattern: str) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.folder.glob(pattern)))


def anybodys(channel: Json) -> bool:
    return not (channel.get("is_private") or channel.get("is_im") or channel.get("is_mpim"))


@contextmanager
def played(extra: dict[str, str], deeds: dict[str, list[tuple[Deed, ...]]]) -> Iterator[Left]:
    """Play these branches of each playbook with trouble on the way, and a case with a note and a ticket of its own."""
    with stage({"ATO_LOG__LEVEL": "debug", "ATO_WEB__METRICS_TOKEN": "", **extra}) as built:
        scene, watcher = Scene(built), Watcher(built)
        scene.fault("slack", "status", status=500, match="chat.update", times=3)
        scene.fault("zendesk", "reset_after", match="POST /api/v2/tickets.json", times=1)
        for name, branches in deeds.items():
            for branch in branches:
                player = Player(built, BOOKS[name])
                for deed in branch:
                    player.play(marked(deed, BOOKS[name]))
        own = {"by": "Thandi Nkosi", "comment": "Help", "subject": "Help", "requester": WROTE}
        wrote = scene.control("POST", "/zendesk/tickets", json=own)["id"]
        case = scene.case_with_mod(contact_ticket=str(wrote))
        case.click("mod", "do:suspend:suspended")
        case.ticket()
        watcher.quiet()  # a note goes onto a ticket that the desk knows, and it hears of it after Zendesk has it
        scene.command("agent", f"note {case.name} {NOTE}")
        eventually(lambda: NOTE in json.dumps(watcher.tickets()), "the note on its ticket")
        watcher.quiet()
        yield Left(
            slack=scene.control("GET", "/slack/state"),
            tickets=json.dumps(watcher.tickets(), ensure_ascii=False),
            asked=built.log(),
            figures=httpx.get(f"{built.bot_url}/metrics").text,
            folder=built.folder,
            environment=built.environment(),
            case=case.name,
        )


def found_in(words: str | bytes, wanted: Iterable[str] = MARKS) -> list[str]:
    """The marks that stand in it, as they are or inside an address; a number is not part of a longer one or of a hash."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text += unquote_plus(text) if re.search(r"%[0-9A-Fa-f]{2}", text) else ""
    alone = "(?<![0-9A-Fa-f]){}(?![0-9A-Fa-f])"
    return [
        one for one in wanted if re.search(alone.format(re.escape(one)) if one[0].isdigit() else re.escape(one), text)
    ]


def unpacked(bundle: Path) -> bytes:
    with zipfile.ZipFile(bundle) as packed:
        return b"\n".join(packed.read(name) for name in packed.namelist())
