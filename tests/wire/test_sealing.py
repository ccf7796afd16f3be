"""What is stored of an event: no personal value, and the same event again afterwards."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from desk.case import events as ev
from desk.case.work_events import EffectDoneByHand
from desk.values import Fact, Line
from integrations.store import sealing
from integrations.store.chain import Head, Kept, Link, event_words, first_break, head_words
from integrations.store.sealing import looked_up, references, seal, unseal
from integrations.store.tables import write_instant
from integrations.store.upcast import upcast
from integrations.store.vault import CaseKey, CaseKeys, Vault

NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
VAULT, OTHERS = Vault([OLD]), Vault([NEW])
FROZEN = "27bb79cbcbb0db7ceed0d9ecc6ac6bdb53d1dd7fe3549ed8631ba1d6ef61f6f7"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
amounts = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.one_of(
    st.none(),
    texts,
    amounts,
    st.booleans(),
    st.lists(texts, max_size=3),
    st.dictionaries(texts.filter(lambda name: name != "vault"), texts, max_size=2),
)
facts = st.builds(
    Fact,
    value=values,
    none_because=st.none() | texts,
    personal=st.booleans(),
    keep=st.sampled_from(["case", "short", "fraud"]),
)
named = st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), facts, max_size=4)
events = st.one_of(
    st.builds(ev.FactsRecorded, at=st.just(NOW), by=texts, facts=named),
    st.builds(ev.Escalated, at=st.just(NOW), by=texts, post=texts, step=texts, part=texts, items=named),
    st.builds(EffectDoneByHand, at=st.just(NOW), by=texts, effect=texts, reference=facts),
)


def _open(rows: list[dict[str, object]], keys: CaseKeys) -> dict[str, bytes]:
    return {row["ref"]: VAULT.key(keys.new[row["keep"]]).decrypt(row["sealed"]) for row in rows}


@given(events)
def test_an_event_comes_back_as_it_was(event: ev.Event) -> None:
    keys = CaseKeys(VAULT, {})
    body, rows = seal(event, keys)
    assert unseal(event.kind, NOW, as_kept(body), _open(rows, keys)) == event


@given(events)
def test_nothing_personal_is_left_and_everything_else_is(event: ev.Event) -> None:
    body, rows = seal(event, CaseKeys(VAULT, {}))
    found = [fact for fact in _facts(event) if fact.personal]
    assert len(rows) == len(found)
    assert b'"personal":true' not in rfc8785.dumps(body)
    assert len(list(references(body))) == len(rows)
    assert body["v"] == 1


@given(events)
def test_without_its_key_a_personal_fact_comes_back_erased(event: ev.Event) -> None:
    body, _ = seal(event, CaseKeys(VAULT, {}))
    for before, after in zip(_facts(event), _facts(unseal(event.kind, NOW, as_kept(body), {})), strict=True):
        assert after == (Fact(erased=True, personal=True) if before.personal else before)


def as_kept(body: dict[str, object]) -> str:
    return rfc8785.dumps(body).decode()


def _facts(event: ev.Event) -> list[Fact]:
    match event:
        case ev.FactsRecorded():
            return [event.facts[name] for name in sorted(event.facts)]
        case ev.Escalated():
            return [event.items[name] for name in sorted(event.items)]
        case _:
            return [event.reference]


def test_equal_values_look_different_in_the_vault() -> None:
    same = ev.FactsRecorded(at=NOW, by="U1", facts={n: Fact(value="x", personal=True) for n in ("a", "b")})
    _, rows = seal(same, CaseKeys(VAULT, {}))
    assert len({row["ref"] for row in rows}) == len({row["sealed"] for row in rows}) == 2


def test_what_people_search_by_is_named_and_stories_are_not() -> None:
    given = {
        "email": Fact(value="a@example.com", personal=True),
        "fraud_orders": Fact(value=["2", "1", "2"]),
        "customer_id": Fact(value=2048811),
        "channel": Fact(value="call"),
        "logs": Fact(value="x" * 300, personal=True),
        "phone": Fact(none_because="no", personal=True),
    }
    event = ev.FactsRecorded(at=NOW, by="U1", facts=given)
    assert list(looked_up(event)) == [
        ("email", "a@example.com", "case"),
        ("fraud_orders", "1", "case"),
        ("fraud_orders", "2", "case"),
        ("customer_id", "2048811", "case"),
    ]


def test_a_digest_needs_the_key_and_survives_a_new_deployment_key() -> None:
    digest = VAULT.digest("email", "a@example.com")
    assert digest == Vault([NEW, OLD]).digest("email", "A@Example.com ")
    assert digest == Vault([NEW], digest_key=OLD).digest("email", "a@example.com")
    assert digest != Vault([NEW]).digest("email", "a@example.com")
    assert digest != VAULT.digest("phone", "a@example.com")


def test_a_deployment_key_can_be_replaced_without_touching_a_value() -> None:
    keys = CaseKeys(VAULT, {})
    sealed = keys.seal("case", b"secret")
    both = Vault([NEW, OLD])
    wrapped = both.rewrap(keys.new["case"])
    assert Vault([NEW]).key(wrapped).decrypt(sealed) == b"secret"
    with pytest.raises(ValueError, match="None of the encryption keys"):
        VAULT.key(wrapped)


@pytest.mark.parametrize(("keys", "says"), [([], "No encryption key"), (["short"], "44 characters")])
def test_a_wrong_key_is_explained(keys: list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Vault(keys)


def test_older_bodies_are_brought_to_todays_shape_one_version_at_a_time() -> None:
    steps = {
        ("step_claimed", 1): lambda body: {**body, "step": body["task"]},
        ("step_claimed", 2): lambda body: {k: v for k, v in body.items() if k != "task"},
    }
    assert upcast("step_claimed", 1, {"task": "s", "by": "U1"}, steps) == {"step": "s", "by": "U1"}
    assert upcast("step_claimed", 3, {"step": "s"}, steps) == {"step": "s"}


def test_the_chain_is_the_same_everywhere_and_for_ever() -> None:
    link = Link("01CASE", 1, NOW, "step_claimed", {"v": 1, "data": {"by": "U1", "step": "ü"}}, "")
    assert link.hash == FROZEN


def _chain(*kinds: str) -> list[Kept]:
    kept: list[Kept] = []
    for seq, kind in enumerate(kinds, 1):
        link = Link("01CASE", seq, NOW, kind, {"seq": seq}, kept[-1].hash if kept else "")
        kept.append(_kept(link))
    return kept


def _kept(link: Link, vault: Vault = VAULT) -> Kept:
    return Kept(link, link.hash, vault.vouch(*event_words(link.case, link.seq, link.hash)))


def _head(kept: list[Kept], vault: Vault = VAULT) -> Head:
    last = kept[-1].hash
    return Head(len(kept), last, vault.vouch(*head_words("01CASE", len(kept), last)))


def _forged(kept: list[Kept], at: int) -> list[Kept]:
    """Write a new chain from one event on, as somebody without the deployment's key would."""
    new = kept[: at - 1]
    for one in kept[at - 1 :]:
        link = replace(one.link, body={"forged": True}, prev=new[-1].hash if new else "")
        new.append(_kept(link, OTHERS))
    return new


WHOLE = _chain("a", "b", "c", "d")
HEAD = _head(WHOLE)


@pytest.mark.parametrize(
    ("kept", "head", "first"),
    [
        (WHOLE, HEAD, None),
        ([WHOLE[0], replace(WHOLE[1], link=replace(WHOLE[1].link, body={})), *WHOLE[2:]], HEAD, 2),
        ([WHOLE[0], *WHOLE[2:]], HEAD, 2),
        (WHOLE[1:], HEAD, 1),
        (WHOLE[:-1], HEAD, 4),
        ([], HEAD, 1),
        (WHOLE[:-1], replace(HEAD, version=3, hash=WHOLE[2].hash), 4),
        ([WHOLE[0], WHOLE[2], WHOLE[1], WHOLE[3]], HEAD, 2),
        (_forged(WHOLE, 3), HEAD, 3),
        (_forged(WHOLE, 3), _head(_forged(WHOLE, 3), OTHERS), 3),
        (WHOLE, replace(HEAD, seal=None), 5),
        ([replace(WHOLE[0], seal=None), *WHOLE[1:]], HEAD, 1),
        ([_kept(replace(one.link, case="01OTHER")) for one in WHOLE], HEAD, 1),
    ],
    ids=[
        "whole",
        "changed",
        "removed",
        "first removed",
        "last removed",
        "all removed",
        "last removed and the row changed",
        "exchanged",
        "forged",
        "forged with its end",
        "end not vouched for",
        "event not vouched for",
        "of another case",
    ],
)
def test_a_chain_breaks_where_it_was_touched(kept: list[Kept], head: Head, first: int | None) -> None:
    found = first_break("01CASE", kept, head, VAULT.vouched)
    assert (found.seq if found else None) == first


def test_a_sentence_of_a_refusal_comes_back() -> None:
    refused = ev.ActRefused(at=NOW, by="U1", what="suspend", why=Line(key="No, {who}.", args={"who": "x"}))
    body, _ = seal(refused, CaseKeys(VAULT, {}))
    assert unseal(refused.kind, NOW, as_kept(body), {}) == refused


def test_a_text_that_looks_like_a_reference_stays_a_text() -> None:
    words = 'x {"vault":"' + "0" * 64 + '"} y'
    said = ev.FactsRecorded(at=NOW, by=words, facts={"logs": Fact(value=[words, "{"])})
    body, _ = seal(said, CaseKeys(VAULT, {}))
    assert list(references(body)) == []
    assert unseal(said.kind, NOW, as_kept(body), {}) == said


def test_an_event_of_an_older_shape_is_brought_to_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "version_of", lambda _: 2)
    monkeypatch.setattr(sealing, "upcast", lambda kind, v, data: {"step": data.pop("task"), **data})
    older = {"data": {"by": "U1", "occurrence": 1, "task": "s"}, "v": 1}
    assert unseal("step_claimed", NOW, as_kept(older), {}) == ev.StepClaimed(at=NOW, by="U1", step="s")


def test_a_value_of_before_is_read_and_a_changed_one_is_not() -> None:
    key = Fernet.generate_key()
    now, before = CaseKey(key), Fernet(key)
    assert now.decrypt(before.encrypt(b"secret")) == b"secret"
    sealed = now.encrypt(b"secret")
    assert b"secret" not in sealed
    assert now.decrypt(sealed) == b"secret" != now.encrypt(b"secret")
    for wrong in (
        sealed[:-1],
        sealed[:5],
        sealed + b"x",
        b"\x02" + sealed[1:],
        b"",
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
    ):
        with pytest.raises(InvalidToken):
            now.decrypt(wrong)
    with pytest.raises(InvalidToken):
        CaseKey(Fernet.generate_key()).decrypt(sealed)


@pytest.mark.parametrize(
    "sealed",
    [
        bytes.fromhex("01d3e33bdcba3b74cd74fe6ec92fbd580d1a4edb540af5a0f758218835fe55cfab95dc"),
        b"gAAAAABrDdjrN4YlT-dL5Jih_wtThh6gf7f1CFn7nfwtd4QFnY_HB5cQ5XUnFT6Kfs04OKXAUA87bGhdHN0uBCnFVuIfGpB0Xg==",
    ],
    ids=["AES-256-GCM", "Fernet"],
)
def test_what_earlier_versions_sealed_is_read_for_ever(sealed: bytes) -> None:
    assert CaseKey(b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=").decrypt(sealed) == b"secret"


@given(values, texts)
def test_a_link_is_the_canonical_json_of_all_that_it_says(body: object, kind: str) -> None:
    link = Link("01CASE", 7, NOW, kind, body, "ab")
    said = {"case": "01CASE", "seq": 7, "at": write_instant(NOW), "kind": kind, "body": body}
    assert link.canonical == rfc8785.dumps({**said, "prev": "ab"})
