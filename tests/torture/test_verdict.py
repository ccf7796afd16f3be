"""The judge of a torture: each kind of damage is seen, and none where there is none."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from config.load import load
from desk.case.effects import CreateTicket, Effect, ShowCard, TellPeople, UpdateTicket
from desk.case.events import CaseOpened, ChaseSent
from desk.case.fold import fold
from desk.case.state import Card, Case, Ticket
from desk.case.work_events import EffectPlanned
from desk.playbook.model import Playbook
from integrations.slack.posting.posts import opaque
from integrations.store.record import Work
from integrations.zendesk.desk_marks import external_id
from tools.torture.outside import Listener, Note, Outside, Post
from tools.torture.people import Played
from tools.torture.verdict import Inside, Tokens, Verdict, judge, minted_too_often, unplayed

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
LANE = "C1:card:role:mod"


def tell(number: int) -> TellPeople:
    return TellPeople(key=f"C1/tell/{number}", case="C1", lane=LANE, inbox="role:mod")


CREATE = CreateTicket(
    key="C1/suspend/1/0",
    case="C1",
    lane="C1:ticket:main",
    name="main",
    form="F",
    query_type=None,
    group="G",
    status="open",
    subject="S",
    body="B",
    requester=None,
)
NOTE = UpdateTicket(key="C1/note/1/0", case="C1", lane="C1:ticket:main", name="main", ticket=1, note="N")
CARD = ShowCard(key="C1/card:role:mod/1/0", case="C1", lane=LANE, inbox="role:mod")


def work(effect: Effect, seq: int = 1, status: str = "done") -> Work:
    return Work(effect, seq, status, 1, None, NOW, NOW)


def post(effect: Effect, ts: str = "1.0") -> Post:
    return Post("CMOD", ts, opaque(effect.key), "")


def ticket(number: int) -> dict[str, object]:
    return {"id": number, "external_id": external_id(CREATE.key), "group": "G", "status": "open"}


def outside(*posts: Post, tickets: int = 0, notes: tuple[Note, ...] = (), accepted: tuple[str, ...] = ()) -> Outside:
    rows = tuple(ticket(number) for number in range(1, tickets + 1))
    return Outside(posts, rows, notes, dict.fromkeys(accepted, "a click"))


def judged(inside: Inside, out: Outside) -> Verdict:
    return judge(inside, out, NOW, timedelta(seconds=1))


MARK = Note(1, 1, external_id(NOTE.key))
ONE, TWO = tell(1), tell(2)

CLEAN = [
    (work(ONE), outside(post(ONE))),
    (work(CREATE), outside(tickets=1)),
    (work(NOTE), outside(notes=(MARK,))),
    (work(CARD), outside(post(CARD))),
]
LOST = [
    (work(ONE), outside(), "stands nowhere"),
    (work(CREATE), outside(), "stands nowhere"),
    (work(NOTE), outside(), "stands nowhere"),
    (work(ONE, status="queued"), outside(), "is still not done"),
    (work(ONE, status="dead"), outside(), "was given up"),
    (work(ONE), outside(post(ONE), accepted=("slack:1",)), "slack:1 was accepted"),
]
DOUBLED = [
    (work(ONE), outside(post(ONE, "1.0"), post(ONE, "2.0")), "stands 2 times outside"),
    (work(CREATE), outside(tickets=2), "stands 2 times outside"),
    (work(NOTE), outside(notes=(MARK, MARK)), "stands 2 times outside"),
    (work(CARD), outside(post(CARD, "1.0"), post(CARD, "2.0")), "the card of C1 in role:mod"),
    (work(CARD), outside(), "the card of C1 in role:mod stands 0 times"),
]


@pytest.mark.parametrize(("done", "out"), CLEAN)
def test_what_stands_once_is_fine(done: Work, out: Outside) -> None:
    assert judged(Inside([done], [], ()), out).clean


@pytest.mark.parametrize(("done", "out", "said"), LOST)
def test_what_is_missing_is_seen(done: Work, out: Outside, said: str) -> None:
    assert any(said in one for one in judged(Inside([done], [], ()), out).lost)


@pytest.mark.parametrize(("done", "out", "said"), DOUBLED)
def test_what_stands_twice_is_seen(done: Work, out: Outside, said: str) -> None:
    assert any(said in one for one in judged(Inside([done], [], ()), out).doubled)


@pytest.mark.parametrize(("first", "second", "wrong"), [("1.0", "2.0", 0), ("2.0", "1.0", 1)])
def test_the_order_within_a_lane_is_seen(first: str, second: str, wrong: int) -> None:
    done = [work(ONE, 1), work(TWO, 2)]
    found = judged(Inside(done, [], ()), outside(post(ONE, first), post(TWO, second)))
    assert len(found.disordered) == wrong


OPENED = CaseOpened(at=NOW, by="U1", number=7, playbook="mr_d", playbook_hash="", language="en")


def case_of(*events: ChaseSent | EffectPlanned) -> Case:
    return fold(Case(id="C1"), [OPENED, *events])


@cache
def mr_d() -> Playbook:
    return load(names=["mr_d"])["mr_d"]


def with_case(case: Case) -> Verdict:
    return judged(Inside([], [(case, mr_d())], ()), outside())


def test_work_that_was_decided_and_never_queued_is_seen() -> None:
    planned = EffectPlanned(at=NOW, by="bot", effect="C1/x", what="tell_people", inbox="role:mod", ticket=None)
    assert any("never queued" in one for one in with_case(case_of(planned)).lost)


def test_a_rung_used_twice_is_seen() -> None:
    sent = ChaseSent(at=NOW, by="bot", duty="suspend/1", rung=1)
    assert with_case(case_of(sent, sent)).doubled
    assert not with_case(case_of(sent)).doubled


def test_a_case_that_is_not_where_it_says_is_seen() -> None:
    case = Case(
        id="C1",
        number=7,
        opened_at=NOW,
        cards={"role:mod": Card("CMOD", "1.0", 1)},
        tickets={"main": Ticket(1, "", "G", "open", "G")},
    )
    said = " ".join(with_case(case).astray)
    assert "its card in role:mod is not where the case says" in said
    assert "its ticket main is not in Zendesk" in said


def test_a_case_that_stuck_or_ended_otherwise_is_named() -> None:
    played = [
        Played("mr_d/a", "C1", 3, stuck="mod, suspend: not kept"),
        Played("mr_d/b", "C1", 3, finished=True, ending="completed"),
    ]
    stuck, other = unplayed(played, [Case(id="C1", number=7, ending="cancelled")])
    assert "stuck" in stuck
    assert "ended as cancelled" in other


@pytest.mark.parametrize(
    ("minted", "revoked", "lives", "seconds", "too_many"),
    [
        (3, 0, 3, 50, False),
        (4, 0, 3, 50, True),
        (4, 1, 3, 50, False),
        (7, 1, 3, 162, False),
        (8, 1, 3, 162, True),
    ],
)
def test_a_token_too_many_is_seen(minted, revoked, lives, seconds, too_many):
    tokens = Tokens(minted, revoked, lives, process_seconds=seconds)
    assert [*minted_too_often(tokens)] == (
        [f"{minted} access tokens were minted, at most {minted - 1} were needed"] if too_many else []
    )


def act(answer, number=7, call="view_submission"):
    body = {
        "view": {"callback_id": "step", "private_metadata": '{"case": "C1"}'},
        "user": {"id": "U1"},
    }
    return {
        "system": "slack->bot",
        "n": number,
        "call": call,
        "body": body,
        "status": 200,
        "answer": answer,
        "key": f"{number}",
    }


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("", True),
        ({"response_action": "update", "view": {"title": {"text": "Done"}}}, True),
        ({"response_action": "errors", "errors": {"a": "Nothing was kept: the database does not answer."}}, False),
        (
            {"response_action": "update", "view": {"blocks": [{"text": {"text": "Non è stato salvato nulla: il …"}}]}},
            False,
        ),
    ],
)
def test_an_act_whose_answer_says_that_nothing_was_kept_is_not_counted_as_accepted(answer, accepted):
    listener = Listener(None)
    listener._hear(act(answer))
    assert set(listener.accepted) == ({"slack:7"} if accepted else set())
