"""Consistency check of outside state against the desk's decisions. Pure: returns sentences about what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from desk.cards.staleness import cards
from desk.case.effects import CreateTicket, ShowCard, TellPeople, UpdateTicket
from desk.case.events import ChaseSent
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.reminders.ladder import reached
from integrations.slack.posting.posts import opaque
from integrations.store.record import Work
from integrations.zendesk.desk_marks import external_id
from tools.torture.outside import Outside
from tools.torture.people import Played

PUT_OFF = frozenset({"step_snoozed", "attempt_logged", "case_resumed", "step_handed_over", "case_reopened"})
"""After these a duty may rightly reach the same rung of its ladder again."""


@dataclass(frozen=True)
class Inside:
    """The desk's state: effects, cases folded from their events, and the accepted acts it stored."""

    work: Sequence[Work]
    cases: Sequence[tuple[Case, Playbook]]
    kept: Collection[str]


@dataclass
class Verdict:
    """Problems by kind."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    """Cases that are not where their events say, or did not come to their end."""

    @property
    def clean(self) -> bool:
        """Say whether nothing is wrong."""
        return not (self.lost or self.doubled or self.disordered or self.astray)


@dataclass(frozen=True)
class Tokens:
    """Zendesk access tokens of a run: minted, revoked, number of processes, duration."""

    minted: int = 0
    revoked: int = 0
    lives: int = 0
    """Processes that were started."""
    struck: int = 0
    """Requests for a token that a fault struck: one that was minted may not have arrived."""
    process_seconds: float = 0.0
    token_seconds: int = 60


def minted_too_often(tokens: Tokens) -> Iterator[str]:
    """Bound the mintings: per process one at start, one per expiry, one per revocation.

    A token is renewed after nine tenths of its lifetime.
    """
    most = tokens.lives + tokens.revoked + tokens.struck + int(tokens.process_seconds / (0.9 * tokens.token_seconds))
    if tokens.minted > most:
        yield f"{tokens.minted} access tokens were minted, at most {most} were needed"


def judge(inside: Inside, outside: Outside, now: datetime, tick: timedelta) -> Verdict:
    """Check everything that can be checked without the bot."""
    traces = _Traces(outside)
    verdict = Verdict()
    verdict.lost += [
        f"act {one} was accepted and is in no case: {words}"
        for one, words in sorted(outside.accepted.items())
        if one not in inside.kept
    ]
    for work in inside.work:
        verdict.lost += _unfinished(work)
        verdict.lost += _missing(work, traces)
        verdict.doubled += _twice(work, traces)
    verdict.doubled += _twice_at_all(outside)
    verdict.disordered += _out_of_order(inside.work, traces)
    known = {work.effect.key for work in inside.work}
    for case, playbook in inside.cases:
        verdict.lost += [
            f"{case.number}: {key} was decided and never queued" for key in case.planned if key not in known
        ]
        verdict.lost += _unreminded(case, playbook, now - 2 * tick)
        verdict.doubled += _reminded_twice(case)
        verdict.astray += _astray(case, playbook, outside, now)
    verdict.doubled += _cards_twice(inside.work, traces)
    return verdict


class _Traces:
    """Outside traces by key: posts by opaque key, tickets by external id, notes by marker."""

    def __init__(self, outside: Outside) -> None:
        self.posts, self.tickets, self.notes = (
            defaultdict[str, list[str]](list),
            defaultdict[str, list[int]](list),
            defaultdict[str, list[int]](list),
        )
        for post in outside.posts:
            self.posts[post.key].append(post.ts)
        for ticket in outside.tickets:
            self.tickets[ticket["external_id"]].append(int(ticket["id"]))
        for note in outside.notes:
            self.notes[note.marker].append(note.place)

    def of(self, work: Work) -> list[str] | list[int] | None:
        """Return every trace of an effect; None for work that leaves none."""
        match work.effect:
            case CreateTicket():
                return self.tickets.get(external_id(work.effect.key), [])
            case UpdateTicket(note=note, sheet=sheet):
                return self.notes.get(external_id(work.effect.key), []) if note or sheet else None
            case TellPeople():
                return self.posts.get(opaque(work.effect.key), [])
        return None


def _unfinished(work: Work) -> Iterator[str]:
    if work.status == "queued":
        yield f"{work.effect.key} is still not done after {work.attempts} tries"
    if work.status == "dead":
        yield f"{work.effect.key} was given up: {work.error}"


def _missing(work: Work, traces: _Traces) -> Iterator[str]:
    if work.status == "done" and traces.of(work) == []:
        yield f"{work.effect.key} is kept as done and stands nowhere"


def _twice(work: Work, traces: _Traces) -> Iterator[str]:
    found = traces.of(work) or []
    if len(found) > 1:
        yield f"{work.effect.key} stands {len(found)} times outside"


def _twice_at_all(outside: Outside) -> Iterator[str]:
    """Find duplicate keys among posts and tickets; parts of a long message have keys of their own."""
    for key, count in Counter(post.key for post in outside.posts).items():
        if count > 1:
            yield f"the post {key} stands {count} times"


def _cards_twice(everything: Sequence[Work], traces: _Traces) -> Iterator[str]:
    """Find inboxes with two cards of one case, whatever their version."""
    count: Counter[tuple[str, str]] = Counter()
    drawn: set[tuple[str, str]] = set()
    for work in everything:
        if isinstance(work.effect, ShowCard):
            place = (work.effect.case, work.effect.inbox)
            count[place] += len(traces.posts.get(opaque(work.effect.key), ()))
            drawn |= {place} if work.status == "done" else set()
    for place in sorted(drawn | set(count)):
        if count[place] > 1 or (place in drawn and not count[place]):
            yield f"the card of {place[0]} in {place[1]} stands {count[place]} times"


def _out_of_order(everything: Sequence[Work], traces: _Traces) -> Iterator[str]:
    """Find effects of a lane that landed out of order."""
    lanes: dict[str, list[tuple[str, str | int]]] = defaultdict(list)
    for work in everything:
        found = traces.of(work)
        if isinstance(work.effect, ShowCard):
            found = traces.posts.get(opaque(work.effect.key), [])
        if found and not isinstance(work.effect, CreateTicket):
            lanes[work.effect.lane].append((work.effect.key, min(found)))
    for lane, places in lanes.items():
        for (before, first), (after, second) in pairwise(places):
            if second < first:  # type: ignore[operator]
                yield f"{lane}: {after} stands before {before}"


def _unreminded(case: Case, playbook: Playbook, by: datetime) -> Iterator[str]:
    for one in reached(Situation(case, playbook, by)):
        yield f"{case.number}: nobody was reminded of {one.mark}"


def _reminded_twice(case: Case) -> Iterator[str]:
    if any(event.kind in PUT_OFF for event in case.log):
        return
    sent = Counter((e.duty, e.rung) for e in case.log if isinstance(e, ChaseSent))
    for (duty, rung), count in sent.items():
        if count > 1:
            yield f"{case.number}: rung {rung} of {duty} was used {count} times"


def _astray(case: Case, playbook: Playbook, outside: Outside, now: datetime) -> Iterator[str]:
    """Compare the case with its cards and tickets."""
    name = f"{playbook.case_prefix}-{case.number}"
    yield from _lost_cards(case, name, outside)
    for stale in cards(Draft(Situation(case, playbook, now))):
        yield f"{name}: the card {stale.key} would have to be drawn"
    tickets = {int(one["id"]): one for one in outside.tickets}
    for kind, ticket in case.tickets.items():
        seen = tickets.get(ticket.id)
        if seen is None:
            yield f"{name}: its ticket {kind} is not in Zendesk"
        elif case.open and (seen["group"], seen["status"]) != (ticket.group, ticket.status):
            yield (
                f"{name}: ticket {ticket.id} is {seen['group']}, {seen['status']}; the case says {ticket.group},"
                f" {ticket.status}"
            )


def unplayed(played: Sequence[Played], cases: Sequence[Case]) -> Iterator[str]:
    """List the cases that stuck or did not end as the playbook says."""
    known = {case.id: case for case in cases}
    for one in played:
        case = known.get(one.case)
        if one.stuck:
            yield f"{one.branch} ({case.number if case else 'no case'}) stuck: {one.stuck}"
        elif one.finished and one.ending and (case is None or case.ending != one.ending):
            yield f"{one.branch} ended as {case.ending if case else 'no case'}, not as {one.ending}"


def _lost_cards(case: Case, name: str, outside: Outside) -> Iterator[str]:
    """Say which cards do not stand where the case says."""
    there = {(post.channel, post.ts): post.text for post in outside.posts}
    for inbox, card in case.cards.items():
        if card.ts and name not in there.get((card.channel, card.ts), ""):
            yield f"{name}: its card in {inbox} is not where the case says"
