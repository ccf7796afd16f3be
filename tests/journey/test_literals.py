"""The words both procedures give, as the pretend Slack and Zendesk received them while whole branches were played."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from config.load import load
from ops.player import Player
from ops.stage import Stage
from ops.watching import Watcher
from tests.journey.pseudo import read_by_people
from tests.lending import Lent

Json = dict[str, Any]

BRANCHES = {
    "mr_d": ("unchanged", "not_found", "failed_standard"),
    "qualia_connect": ("handled", "higher_tier"),
}

SLACK = {
    "M9": "The complaint will be escalated for further investigation",
    "M10, M11, M12": "temporarily suspend their profile pending investigation and as a preventative measure to stop future transactions from occurring",
    "M23": "Mr D Orders",
    "M36": "we won't be able to assist further",
    "M41": "Issue: Account Take Over",
    "M42": "Customer ID: 2048811",
    "M43": "Action required: Please investigate and provide feedback to the customer",
    "M61": "Tell the customer that their profile is suspended (locked)",
    "M68": "*Status of Blacklisting:* Blacklisted",
    "M68 or not": "*Status of Blacklisting:* Not",
    "M69": "Suspected account takeover that needs to be investigated",
    "M82": "Request the customer to remove all saved cards",
    "M84, M85": "Request the customer to update their profile name & surname",
    "M86, M87": "Request the customer to choose a new unique username and password",
    "M88": "Delete all saved addresses on Admin",
    "M92": "A refund is due if the customer had a credit wallet balance that was used by the fraudster",
    "M95": "recovery of funds used needs to be logged with bank",
    "M105, M106, M108": "Leave in the comments of each order and on each exception: Zendesk ticket",
    "Q9, Q10": "cambiare immediatamente la password Qualia Connect, utilizzando una password forte e unica",
    "Q12": "Attivi l'autenticazione a due fattori sul suo account se non è già attivata",
    "Q13": "aggiunge un ulteriore livello di sicurezza",
    "Q24": "la sua sicurezza è la nostra massima priorità",
    "Q25": "si stanno adottando misure per risolvere il problema",
    "Q26, Q27": "Aggiornali sui progressi e sulle azioni che devono intraprendere",
    "Q32": "aggiornare regolarmente la password",
    "Q33": "non condividere le proprie credenziali di accesso",
}


@dataclass
class Heard:
    """What the two systems were sent, and the tickets as they stood at the end."""

    words: str = ""
    notes: list[Json] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    tickets: list[Json] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)

    def take(self, entry: Json, watcher: Watcher) -> None:
        if entry["system"].startswith("slack"):
            self.words += "\n".join(read_by_people(entry)).replace("&amp;", "&") + "\n"
            if "Suspected account takeover" in str((entry["body"] or {}).get("text")):
                self.channels.add(watcher.name(entry["body"]["channel"]))
        if entry["call"].endswith("/groups.json"):
            self.groups |= {one["id"]: one["name"] for one in entry["answer"]["groups"]}
        if entry["system"] == "zendesk" and entry["call"].startswith("PUT"):
            self.notes.append(entry["body"]["ticket"])

    def note(self, words: str) -> Json:
        """The one change of a ticket whose note holds these words, with the group by its name."""
        found = [one for one in self.notes if words in str(one.get("comment", {}).get("body"))]
        assert len(found) == 1, f"{len(found)} notes say {words!r}"
        return {**found[0], "group": self.groups.get(found[0].get("group_id"))}


@pytest.fixture(scope="module")
def heard(lent: Lent) -> Heard:
    books = load()
    heard = Heard()
    built = lent.fresh()
    watcher = Watcher(built)
    for book, branches in BRANCHES.items():
        for branch in branches:
            _play(built, watcher, Player(built, books[book]), books[book].rehearsals[branch])
    for entry in built.log():
        heard.take(entry, watcher)
    heard.tickets = watcher.tickets()
    return heard


def _play(built: Stage, watcher: Watcher, player: Player, rehearsal: Any) -> None:
    for deed in rehearsal.deeds:
        player.play(deed)
    watcher.quiet()


@pytest.mark.timeout(180)  # the first one plays five whole branches
@pytest.mark.parametrize("row", SLACK)
def test_slack_received_the_words_of_the_procedure(heard: Heard, row: str) -> None:
    assert SLACK[row] in heard.words


def test_the_escalation_went_to_the_channel_the_procedure_names(heard: Heard) -> None:
    assert heard.channels == {"investigation_account_takeover"}  # M62


def test_zendesk_holds_the_ticket_of_step_5(heard: Heard) -> None:
    made = [one for one in heard.tickets if one["form"] == "Customer Query"]
    assert len(made) == 2
    for ticket in made:
        path = ticket["query_type"].replace("::", ">")
        assert path == "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"  # M47
        assert (ticket["group"], ticket["status"]) == ("CS Data Compliance", "open")  # M48, M49
        assert ticket["comments"][0]["public"] is False


def test_zendesk_received_the_request_for_a_forced_reset(heard: Heard) -> None:
    engineering = [one for one in heard.tickets if one["form"] == "Engineering Request"]
    assert len(engineering) == 1
    assert "Please force a password reset" in engineering[0]["comments"][0]["body"]  # M57, M58


def test_zendesk_received_the_findings_on_the_same_ticket(heard: Heard) -> None:
    first = heard.note("203.0.113.9 18:29 login ok after 214 failures")
    assert "Access only: a forced password reset follows." in first["comment"]["body"]  # M55
    changed = heard.note("Access and personal information changed")["comment"]["body"]
    assert "w.vw.new@mail.example" in changed  # M56, M78


def test_zendesk_received_the_request_of_the_refund(heard: Heard) -> None:
    asked = heard.note("refund the customer's credit wallet to the value of R129,90")  # M97, M99
    assert asked["comment"]["public"] is False
    assert (asked["group"], asked["status"]) == ("Food Management Group", "open")  # M100, M101


def test_zendesk_received_that_it_was_paid_and_the_ticket_went_back(heard: Heard) -> None:
    paid = heard.note("The wallet was refunded with R129,90")  # M103: the same X
    assert paid["comment"]["public"] is False  # M109
    assert (paid["group"], paid["status"]) == ("CS Data Compliance", "open")  # M110, M111
    for order, exception in (("DFD-88010", "EX-1"), ("DFD-88011", "EX-2")):
        assert f"Order: {order} · Exception: {exception}" in paid["comment"]["body"]  # M104


def test_the_mod_is_told_which_ticket_the_notes_must_name(heard: Heard) -> None:
    number = next(one["id"] for one in heard.tickets if one["requester"] == "werner.vanwyk@example.com")
    told = f"Zendesk ticket #{number}, wallet refund of R129,90 after an account takeover."
    assert told in heard.words  # M107, M108


def test_what_is_owed_to_an_italian_customer_is_said_on_the_ticket_too(heard: Heard) -> None:
    ticket = next(one for one in heard.tickets if one["requester"] == "anna.bianchi@example.com")
    said = "\n".join(comment["body"] for comment in ticket["comments"])
    assert "203.0.113.9" in said  # Q17
    assert not any(comment["public"] for comment in ticket["comments"])
