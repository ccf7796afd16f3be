"""What must not be kept is taken out of free text, whatever door it comes through; everything else stays."""

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.it import codicefiscale

from desk.case import commands as cmd
from desk.fields.redact_secrets import LONGEST, scrub, scrubbed, told
from desk.values import Fill
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d
from tests.desk.test_mr_d import LOCATE, RECEIVE, VERIFY
from tests.desk.test_sheets import UPLOAD, answer, investigating, rows

CARD, CVV, OTP, SECRET, ID, CF = (
    "4111 1111 1111 1111",
    "123",
    "445566",
    "hunter2!",
    "8001015009087",
    "RCCMNL83S18D969H",
)
MR_D = mr_d()

TAKEN = [
    ("card 4111 1111 1111 1111, exp 12/27", "card [card number …1111 taken out], exp 12/27"),
    ("4111-1111-1111-1111", "[card number …1111 taken out]"),
    ("x4111111111111111x", "x[card number …1111 taken out]x"),
    ("4111.1111.1111.1111", "[card number …1111 taken out]"),
    ("4\u200b1\u200b1\u200b1 1111 1111 1111", "[card number …1111 taken out]"),
    ("٤١١١١١١١١١١١١١١١", "[card number …1111 taken out]"),
    ("Amex 3782 822463 10005", "Amex [card number …0005 taken out]"),
    ("5555 5555 5555 4444 and 6011000990139424", "[card number …4444 taken out] and [card number …9424 taken out]"),
    ("2 of them: 1 4111 1111 1111 1111 2", "2 of them: 1 [card number …1111 taken out] 2"),
    ("CVV: 123", "CVV: [card security code taken out]"),
    ("the cvc2 is 1234.", "the cvc2 is [card security code taken out]."),
    ("codice di sicurezza 123", "codice di sicurezza [card security code taken out]"),
    ("the OTP is 445566", "the OTP is [one-time code taken out]"),
    ("OTP 123-456 came", "OTP [one-time code taken out] came"),
    ("445566 is the OTP", "[one-time code taken out] is the OTP"),
    ("codice di verifica: 1234", "codice di verifica: [one-time code taken out]"),
    ("password: hunter2!", "password: [password taken out]"),
    ("Password=sunshine", "Password=[password taken out]"),
    ("the new password is “Tr0ub4dor&3”, they said", "the new password is “[password taken out]”, they said"),
    ("la password è segreta1", "la password è [password taken out]"),
    ("ID number 8001015009087", "ID number [identity number taken out]"),
    ("800101 5009 08 7 (SA ID)", "[identity number taken out] (SA ID)"),
    ("codice fiscale rccmnl83s18d969h", "codice fiscale [identity number taken out]"),
]


@pytest.mark.parametrize(("words", "left"), TAKEN, ids=[one for one, _ in TAKEN])
def test_what_must_not_be_kept_is_taken_out(words: str, left: str) -> None:
    found = scrub(words)
    assert found.words == left
    assert found.kinds
    assert scrub(left).words == left


@pytest.mark.parametrize(
    "words",
    [
        "DFD-77120 R 612.70 at 18:36",
        "+27 82 555 0142",
        "4111 1111 1111 1112",
        "1732612454123",
        "password was changed at 18:31",
        "the password reset link was sent",
        "asked for the OTP twice at 18:31",
        "8001015009087",
        "RCCMNL83S18D969H",
        "ip 203.0.113.9, 2026-11-20 18:02",
        "ticket #48231",
        "last 4: 1111",
        "35 2099001761481 3",
        "pinned 1234 rows",
        "password:",
        "",
    ],
)
def test_ordinary_words_stay(words: str) -> None:
    assert scrub(words) == (scrub(words).__class__(words))


def test_the_mark_is_in_the_procedures_language() -> None:
    assert scrub("carta 4111111111111111", "it").words == "carta [numero di carta …1111: tolto]"
    assert told(("card", "cvv")).args["what"] == {
        "en": "card number, card security code",
        "it": "numero di carta, codice di sicurezza della carta",
    }


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(
        ["4111111111111111", "5555555555554444", "378282246310005", "6011000990139424", "3530111333300000"]
    ),
    st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b"]),
)
def test_no_card_number_survives_whatever_stands_around_it(before: str, after: str, card: str, gap: str) -> None:
    assume(not before[-1:].isdecimal() and not after[:1].isdecimal())
    written = gap.join(re.findall("....?", card) if card.startswith("3782") else re.findall("....", card))
    left = scrub(f"{before} x {written} x {after}").words
    digits = "".join(one for one in left if one.isdecimal() and one.isascii())
    assert card not in digits
    assert luhn.is_valid(card)


@given(st.text(st.sampled_from("0123456789 -.:=pasworditcvn\n"), max_size=200))
def test_taking_out_twice_takes_no_more(words: str) -> None:
    once = scrub(words).words
    assert scrub(once).words == once


@pytest.mark.parametrize("piece", ["4 1 ", "4111 1111 1111 1112 ", "password ", "pin ", "1", "id a", " "])
def test_the_longest_text_takes_less_than_a_moment(piece: str) -> None:
    began = time.perf_counter()
    scrub(piece * (LONGEST // len(piece)))
    assert time.perf_counter() - began < 1


# Doors --------------------------------------------------------------------------------------------

ALL = f"card {CARD}, cvv {CVV}, OTP {OTP}, password: {SECRET}, ID {ID}, codice fiscale {CF}"
KINDS = ("identity", "card", "cvv", "code", "password")


def kept(bench: Bench) -> str:
    """Everything that would be stored: events and effects."""
    assert bench.last is not None
    events = "".join(one.model_dump_json() for one in bench.case.log)
    return events + "".join(one.model_dump_json() for one in (*bench.done, *bench.waiting))


def holds_a_secret(words: str) -> bool:
    return any(one in words for one in (CARD, f"cvv {CVV}", OTP, SECRET, ID, CF))


ABOUT = {"case": CASE, "delivery": "d", "by": PEOPLE["mod"]}
STEP = {**ABOUT, "step": "suspend"}


@pytest.mark.parametrize(
    "command",
    [
        cmd.AddNote(**ABOUT, words=ALL),
        cmd.Snooze(**STEP, seconds=900, reason=ALL),
        cmd.WaitForCustomer(**ABOUT, reason=ALL),
        cmd.Cancel(**ABOUT, code="family", reason=ALL),
        cmd.CompleteStep(**STEP, outcome="suspended", fills={"stays_because": Fill(raw=ALL)}),
        cmd.RecordFacts(**ABOUT | {"by": PEOPLE["data"]}, fills={"last_good_orders": Fill(none_because=ALL)}),
        cmd.RecordFacts(**ABOUT | {"by": PEOPLE["data"]}, fills={"refund_reason": Fill(raw=ALL)}),
    ],
    ids=lambda command: type(command).__name__,
)
def test_no_command_keeps_a_secret(command: cmd.Command) -> None:
    made = Bench(MR_D)
    made.play_all([RECEIVE, LOCATE, VERIFY])
    assert made.tell(command).taken_out in {KINDS, ()}
    assert not holds_a_secret(kept(made))
    clean, kinds = scrubbed(command, MR_D, "en")
    assert kinds == KINDS
    assert not holds_a_secret(clean.model_dump_json())


def test_logs_are_evidence_and_stay() -> None:
    logs = Fill(raw=f"18:31 tried {CARD}")
    command = cmd.RecordFacts(**ABOUT, fills={"logs": logs, "customer_id": Fill(raw=ID)})
    assert scrubbed(command, MR_D, "en") == (command, ())


def test_an_uploaded_sheets_free_cells_are_cleaned_and_its_person_is_told() -> None:
    made = investigating()
    made.play(UPLOAD)
    before = len(made.of("tell_people"))
    secret = {
        "field": "card",
        "before": CARD,
        "after": f"password: {SECRET}",
        "when": "2026-11-20 18:02",
    }
    answer(made, rows(secret))
    assert not holds_a_secret(kept(made))
    assert made.case.value("changes")[0]["before"] == "[card number …1111 taken out]"
    (said,) = [one for one in made.of("tell_people")[before:] if one.inbox == "person:USECU001"]
    assert said.lines == (told(("card", "password")),)
    assert made.open_steps() != ["investigate"]


def test_the_numbers_used_here_are_real_ones() -> None:
    assert luhn.is_valid(CARD.replace(" ", ""))
    assert codicefiscale.is_valid(CF)
