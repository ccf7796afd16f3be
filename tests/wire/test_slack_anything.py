"""Whatever arrives is a value or unreadable; and our bodies against the vendor's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.codec import arrivals, wire
from integrations.slack.codec.meta import LONGEST_META, FormMeta, read_meta, write_meta
from tests.wire.slack_bodies import CASE, VALUES, click, event, slash, submission, view

READS = [
    wire.read_slash,
    wire.read_click,
    wire.read_pick,
    wire.read_submission,
    wire.read_closed,
    wire.read_home_opened,
    wire.read_members_changed,
    wire.read_user_changed,
]

KEYS = [
    "type",
    "user",
    "user_id",
    "channel",
    "channel_id",
    "trigger_id",
    "actions",
    "view",
    "state",
    "values",
    "id",
    "event",
    "event_id",
    "private_metadata",
    "selected_option",
    "value",
    "command",
    "text",
    "container",
    "users",
    "subteam",
    "subteam_id",
    "action_id",
    "files",
    "selected_date_time",
    "hash",
    "response_url",
    "profile",
]
WORDS = [
    "block_actions",
    "view_submission",
    "view_closed",
    "event_callback",
    "subteam_updated",
    "user_change",
    "app_home_opened",
    "pick:outcome",
    "do:a:b",
    f"{CASE}|1",
    '{"case":"x"}',
    "[" * 500,
    "\ud800",
    "\x00",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
@given(body=ANYTHING)
def test_anything_at_all_is_a_value_or_unreadable(read, body):
    found = read(body)
    assert type(found).__module__ == "integrations.slack.codec.arrivals"


def _places(body: object, way: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [way, *(found for key, inner in items for found in _places(inner, (*way, key)))]


def _put(body: Any, way: tuple[object, ...], value: object) -> Any:
    if not way:
        return value
    copied = dict(body) if isinstance(body, dict) else list(body)
    copied[way[0]] = _put(body[way[0]], way[1:], value)
    return copied


SHAPES = {
    wire.read_slash: slash("mine"),
    wire.read_click: click("do:suspend:suspended"),
    wire.read_pick: click(
        "x",
        actions=[{"action_id": "pick:outcome", "selected_option": {"value": "a"}}],
        view=view(FormMeta(case=CASE), VALUES),
    ),
    wire.read_submission: submission(FormMeta(case=CASE, step="receive"), VALUES),
    wire.read_closed: submission(FormMeta(case=CASE)) | {"type": "view_closed"},
    wire.read_members_changed: event({"type": "subteam_updated", "subteam": {"id": "S1", "users": ["U1"]}}),
    wire.read_user_changed: event({"type": "user_change", "user": {"id": "U1", "profile": {}}}),
    wire.read_home_opened: event({"type": "app_home_opened", "user": "U1", "tab": "home"}),
}


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
@given(data=st.data(), value=ANYTHING)
def test_a_real_body_with_one_place_changed_is_a_value_or_unreadable(read, data, value):
    body = SHAPES[read]
    changed = _put(body, data.draw(st.sampled_from(_places(body))), value)
    found = read(changed)
    assert type(found).__module__ == "integrations.slack.codec.arrivals"
    json.dumps(wire.read_sender(changed).model_dump())


@given(
    st.builds(
        FormMeta,
        case=st.text(max_size=30),
        step=st.text(max_size=80),
        part=st.none() | st.text(max_size=80),
    )
)
def test_metadata_comes_back_as_it_went(meta):
    assert read_meta(write_meta(meta)) == meta


def test_metadata_that_slack_would_refuse_is_refused_here():
    with pytest.raises(ValueError, match=str(LONGEST_META)):
        write_meta(FormMeta(case="x" * LONGEST_META))


CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "slack" / "bolt-python-payloads"


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the vendor's own payloads are not on this machine")
@pytest.mark.parametrize(
    ("file", "ours"),
    [
        ("slash_command.slash_command_body.json", slash()),
        ("block_actions.body.json", click("do:a:b")),
        ("view_submission.body.json", submission("")),
    ],
)
def test_our_bodies_have_every_key_we_read_that_the_vendors_have(file, ours):
    theirs = json.loads((CONTRACTS / file).read_text())
    theirs = theirs.get("fields", theirs)
    assert set(theirs) - {"enterprise_id", "enterprise_name"} <= set(ours)


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason="the vendor's own payloads are not on this machine")
def test_the_vendors_own_bodies_read():
    def body(name: str) -> Any:
        loaded = json.loads((CONTRACTS / name).read_text())
        return loaded.get("fields", loaded)

    assert isinstance(wire.read_slash(body("slash_command.slash_command_body.json")), arrivals.Slash)
    pressed = body("block_actions.body.json")
    pressed["actions"][0] |= {"action_id": "claim:suspend", "value": f"{CASE}|1"}
    assert isinstance(wire.read_click(pressed), arrivals.Click)
    for name, read in (
        ("view_submission.body.json", wire.read_submission),
        ("view_closed.body.json", wire.read_closed),
    ):
        shown = body(name)
        shown["view"]["private_metadata"] = write_meta(FormMeta(case=CASE))
        assert not isinstance(read(shown), arrivals.Unreadable)
