"""Parser of Slack's request bodies into frozen values. Pure; no other module opens a body.

An invalid body becomes `Unreadable`, never an exception. It knows no playbook: whether a step exists is the desk's
question.
"""

from typing import TypeVar

from pydantic import ValidationError

from desk.values import Fill, Fills
from integrations.slack.codec import shapes
from integrations.slack.codec.actions import (
    Action,
    EffectValue,
    StepValue,
    read_action,
    read_choice,
    read_effect_value,
    read_step_value,
    read_value,
)
from integrations.slack.codec.arrivals import (
    Click,
    Closed,
    GroupChanged,
    HomeOpened,
    Pick,
    Sender,
    Slash,
    Submission,
    Unreadable,
    UserChanged,
    Where,
)
from integrations.slack.codec.meta import NONE, PICK_FIELD, PICK_OUTCOME, PICK_PLAYBOOK, read_meta
from integrations.slack.web.instants import stamp_of, within

_S = TypeVar("_S", bound=shapes.Shape)


def _read(shape: type[_S], body: object) -> _S | Unreadable:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        places = sorted({".".join(map(str, one["loc"][:2])) for one in error.errors(include_input=False)})
        return _unreadable(f"not {shape.__name__}: {', '.join(places[:5])}"[:300], body)


def _unreadable(why: str, body: object) -> Unreadable:
    sender = read_sender(body)
    return Unreadable(why=why, person=sender.person, where=sender.where)


def read_sender(body: object) -> Sender:
    """Read the sender of any body, and the case it is about; empty where that is unreadable."""
    return read_who(body, case=_case_in(body))


def read_who(body: object, case: str = "") -> Sender:
    """Read the sender of any body; empty where that is unreadable."""
    try:
        got = shapes.Sender.model_validate(body)
    except ValidationError:
        return Sender()
    channel = got.channel.id if got.channel else got.channel_id
    return Sender(
        person=got.user.id if got.user else got.user_id,
        commanded=bool(got.command),
        case=case,
        where=Where(channel=channel, response_url=got.response_url),
    )


def _case_in(body: object) -> str:
    """Return the case id in a button's value or a modal's metadata."""
    try:
        got = shapes.About.model_validate(body)
    except ValidationError:
        return ""
    meta = read_meta(got.view.private_metadata) if got.view else None
    pressed = got.actions[0] if got.actions else None
    raw = pressed.value or (pressed.selected_option and pressed.selected_option.value) if pressed else ""
    value = _value_in(raw or "")
    return meta.case if meta else value.case if value else ""


def _value_in(raw: str) -> StepValue | EffectValue | None:
    return read_step_value(raw) or read_effect_value(raw) or read_step_value(raw.partition("|")[2])


def delivery(ident: str) -> str:
    """Return the delivery id under which a request is stored."""
    return f"slack:{ident}"


def read_slash(body: object) -> Slash | Unreadable:
    """Parse a slash command."""
    got = _read(shapes.SlashCommand, body)
    if isinstance(got, Unreadable):
        return got
    verb, _, rest = got.text.strip().partition(" ")
    return Slash(
        person=got.user_id,
        channel=got.channel_id,
        trigger=got.trigger_id,
        text=got.text,
        delivery=delivery(got.trigger_id),
        verb=verb.lower(),
        argument=rest.strip(),
    )


def read_click(body: object) -> Click | Unreadable:
    """Parse a pressed button: its action and its case."""
    got = _read(shapes.Actions, body)
    if isinstance(got, Unreadable):
        return got
    pressed = got.actions[0]
    action = read_action(pressed.action_id)
    if action is None:
        return _unreadable("an action id that was never written here", body)
    value = read_value(action, pressed.value)
    if action.kind == "menu":
        chosen = read_choice(action, pressed.selected_option.value if pressed.selected_option else None)
        action, value = chosen or (action, None)
    if value is None and action.kind != "link":
        return _unreadable(f"a {action.kind} button without its value", body)
    return _click(got, action, value)


def _click(got: shapes.Actions, action: Action, value: StepValue | EffectValue | None) -> Click:
    modal = got.view if got.view and got.view.type == "modal" else None
    return Click(
        person=got.user.id,
        trigger=got.trigger_id,
        delivery=delivery(got.trigger_id),
        act=action.kind,
        case=value.case if value else "",
        step=action.step,
        part=action.part or None,
        outcome=action.outcome,
        occurrence=value.occurrence if isinstance(value, StepValue) else 1,
        effect=value.effect if isinstance(value, EffectValue) else "",
        what=action.what,
        attempt=action.attempt,
        view_id=modal.id if modal else "",
        view_hash=modal.hash if modal else "",
        ts=got.container.message_ts,
        where=Where(channel=got.channel.id if got.channel else got.container.channel_id, response_url=got.response_url),
    )


def read_pick(body: object) -> Pick | Unreadable:
    """Parse a choice that changes a modal's questions."""
    got = _read(shapes.Actions, body)
    if isinstance(got, Unreadable):
        return got
    pressed, view = got.actions[0], got.view
    meta = read_meta(view.private_metadata) if view else None
    if view is None or meta is None or pressed.selected_option is None:
        return _unreadable("a choice outside a form", body)
    return Pick(
        person=got.user.id,
        trigger=got.trigger_id,
        delivery=delivery(got.trigger_id),
        view_id=view.id,
        view_hash=view.hash,
        meta=meta,
        what=pressed.action_id,
        picked=pressed.selected_option.value,
        fills=_fills(view),
    )


def read_submission(body: object) -> Submission | Unreadable:
    """Parse a submitted modal."""
    got = _read(shapes.Submitted, body)
    if isinstance(got, Unreadable):
        return got
    meta = read_meta(got.view.private_metadata)
    if meta is None:
        return _unreadable("a modal whose metadata was never written here", body)
    return Submission(
        person=got.user.id,
        delivery=delivery(got.trigger_id),
        view_id=got.view.id,
        meta=meta,
        fills=_fills(got.view),
        outcome=_picked(got.view) or meta.outcome,
        blocks=_blocks(got.view),
    )


def read_closed(body: object) -> Closed | Unreadable:
    """Parse a closed modal."""
    got = _read(shapes.ViewClosed, body)
    if isinstance(got, Unreadable):
        return got
    meta = read_meta(got.view.private_metadata)
    if meta is None:
        return _unreadable("a modal whose metadata was never written here", body)
    return Closed(person=got.user.id, view_id=got.view.id, meta=meta)


def read_home_opened(body: object) -> HomeOpened | Unreadable:
    """Parse `app_home_opened`."""
    got = _read(shapes.HomeEnvelope, body)
    if isinstance(got, Unreadable):
        return got
    return HomeOpened(person=got.event.user, delivery=delivery(got.event_id), tab=got.event.tab)


def read_members_changed(body: object) -> GroupChanged | Unreadable:
    """Parse `subteam_members_changed`, `subteam_updated` or `subteam_created`."""
    got = _read(shapes.GroupEnvelope, body)
    if isinstance(got, Unreadable):
        return got
    event, ident = got.event, delivery(got.event_id)
    happened = stamp_of(event.event_ts) or stamp_of(got.event_time)
    if isinstance(event, shapes.MembersChanged):
        return GroupChanged(
            group=event.subteam_id,
            delivery=ident,
            at=within(event.date_update, happened),
            added=event.added_users,
            removed=event.removed_users,
        )
    members = () if event.subteam.date_delete else event.subteam.users
    at = within(max(event.subteam.date_update, event.subteam.date_delete), happened)
    return GroupChanged(group=event.subteam.id, delivery=ident, at=at, members=members)


def read_user_changed(body: object) -> UserChanged | Unreadable:
    """Parse `user_change`."""
    got = _read(shapes.UserEnvelope, body)
    if isinstance(got, Unreadable):
        return got
    user = got.event.user
    at = stamp_of(got.event.event_ts) or stamp_of(got.event_time)
    return UserChanged(person=user.id, delivery=delivery(got.event_id), at=at, user=user.model_dump())


def _inputs(view: shapes.View) -> dict[str, tuple[str, shapes.Answered]]:
    """Return each input by its action id, with its block id."""
    values = view.state.values if view.state else {}
    return {name: (block, one) for block, inside in values.items() for name, one in inside.items()}


def _fills(view: shapes.View) -> Fills:
    inputs = {name: one.fill() for name, (_, one) in _inputs(view).items() if ":" not in name}
    reasons = {name.removesuffix(NONE): fill.raw for name, fill in inputs.items() if name.endswith(NONE)}
    answers = {name: fill for name, fill in inputs.items() if not name.endswith(NONE)}
    for name, reason in reasons.items():
        because = reason if isinstance(reason, str) and reason.strip() else None
        answers[name] = Fill(raw=answers.get(name, Fill()).raw, none_because=because)
    return answers


def _picked(view: shapes.View) -> str | None:
    inputs = _inputs(view)
    picks = (PICK_OUTCOME, PICK_PLAYBOOK, PICK_FIELD)
    found = next((inputs[name] for name in picks if name in inputs), None)
    picked = found[1].selected_option if found else None
    return picked.value if picked else None


def _blocks(view: shapes.View) -> dict[str, str]:
    return {name: block for name, (block, _) in _inputs(view).items()}
