"""Diff of an account against what the playbooks need: each difference with the call that corrects it, or a manual task.

Pure. A thing that is not ours is never changed: a form, a field and a group are only added to.
"""

from collections.abc import Iterator, Sequence

from integrations.zendesk.comparing_rules import hooks, notifying, rules
from integrations.zendesk.difference import RUN, Difference, several
from integrations.zendesk.names import plain
from integrations.zendesk.rules import Kind, Placed, Wanted, new_tag, same_option
from integrations.zendesk.setup import Call, Found
from integrations.zendesk.shapes import RawFieldSetUp, RawForm


def compare(wanted: Wanted, found: Found) -> tuple[Difference, ...]:
    """Return every difference, in the order in which they can be corrected."""
    field = _field(wanted, found)
    return (
        *_groups(wanted, found),
        *_fields(wanted, found),
        *_forms(wanted, found, field),
        *(hooks(wanted, found) if wanted.calls else ()),
        *(rules(wanted, found, placed(wanted, found)) if wanted.calls else ()),
        *notifying(found, placed(wanted, found)),
    )


def placed(wanted: Wanted, found: Found) -> tuple[Placed, ...]:
    """Return the kinds of tickets whose form and option exist, with the account's ids."""
    return tuple(one for kind in wanted.kinds if (one := _placed(kind, wanted, found)))


# Groups and fields --------------------------------------------------------------------------------


def _groups(wanted: Wanted, found: Found) -> Iterator[Difference]:
    there = [plain(one.name) for one in found.groups if not one.deleted]
    for name in wanted.groups:
        if plain(name) not in there:
            body = {"group": {"name": name, "description": "Used by ATO Desk"}}
            yield Difference(
                check="group",
                name=name,
                what=f"There is no group “{name}”.",
                call=Call(method="POST", path="/api/v2/groups", body=body),
                cure=f"{RUN} Then put the people of “{name}” into it.",
            )
        elif there.count(plain(name)) > 1:
            yield several("group", name)


def _named_fields(wanted: Wanted, found: Found) -> list[RawFieldSetUp]:
    return [one for one in found.fields if plain(one.title) == plain(wanted.field) and one.active is not False]


def _field(wanted: Wanted, found: Found) -> RawFieldSetUp | None:
    return next((one for one in _named_fields(wanted, found) if one.type == "tagger"), None)


def _fields(wanted: Wanted, found: Found) -> Iterator[Difference]:
    named, field = _named_fields(wanted, found), _field(wanted, found)
    if not wanted.query_types:
        return
    if len(named) > 1:
        yield several("field", wanted.field)
    elif named and field is None:
        yield Difference(
            check="field",
            name=wanted.field,
            what=f"The ticket field “{wanted.field}” is no dropdown.",
            cure="Rename it, or name another one in ATO_ZENDESK__QUERY_TYPE_FIELD, then run `ato provision`.",
        )
    elif field is None:
        options = [_option(name, found, []) for name in wanted.query_types]
        body = {"type": "tagger", "title": wanted.field, "custom_field_options": options}
        yield Difference(
            check="field",
            name=wanted.field,
            what=f"There is no ticket field “{wanted.field}”.",
            call=Call(method="POST", path="/api/v2/ticket_fields", body={"ticket_field": body}),
        )
    else:
        yield from _options(wanted, found, field)


def _options(wanted: Wanted, found: Found, field: RawFieldSetUp) -> Iterator[Difference]:
    """Yield missing options, each added alone: writing the whole field would delete every option not listed."""
    for name in wanted.query_types:
        same = [one for one in field.custom_field_options or () if same_option(one, name)]
        if len(same) > 1:
            yield several("option", name)
        if same:
            continue
        body = {"custom_field_option": _option(name, found, [])}
        yield Difference(
            check="option",
            name=name,
            what=f"“{wanted.field}” has no option “{name}”, or its name was changed.",
            call=Call(method="POST", path=f"/api/v2/ticket_fields/{field.id}/options", body=body),
        )


def _option(name: str, found: Found, taken: list[str]) -> dict[str, str]:
    tags = [o.value for one in found.fields for o in one.custom_field_options or ()]
    return {"name": name, "value": new_tag(name, [*tags, *taken])}


# Forms --------------------------------------------------------------------------------------------


def _named(forms: Sequence[RawForm], name: str) -> list[RawForm]:
    """Return the active forms of this name."""
    return [one for one in forms if plain(one.name) == plain(name) and one.active is not False]


def _holds(form: RawForm, field: RawFieldSetUp) -> bool:
    return field.id in (form.ticket_field_ids or ())


def _with_query_type(wanted: Wanted) -> set[str]:
    """Return the forms whose tickets have a query type."""
    return {kind.form for kind in wanted.kinds if kind.query_type}


def _without_field(name: str, field: str) -> Difference:
    return Difference(
        check="form",
        name=name,
        what=f"The form “{name}” does not hold the field “{field}”, so tickets lose it.",
        cure=f"Put “{field}” onto the form: the form is yours, so `ato provision` leaves it as it is.",
    )


def _forms(wanted: Wanted, found: Found, field: RawFieldSetUp | None) -> Iterator[Difference]:
    with_query_type = _with_query_type(wanted)
    for name in wanted.forms:
        same = _named(found.forms, name)
        needs = name in with_query_type
        if len(same) > 1:
            yield several("form", name)
        elif not same:
            yield _new_form(name, found, field if needs else None, waits=needs and field is None)
        elif needs and field and not _holds(same[0], field):
            yield _without_field(name, wanted.field)


def _new_form(name: str, found: Found, field: RawFieldSetUp | None, *, waits: bool) -> Difference:
    system = [one.id for one in found.fields if one.removable is False and one.active is not False]
    ids = [*system, *([field.id] if field else [])]
    body = {
        "ticket_form": {
            "name": name,
            "ticket_field_ids": ids,
            "active": True,
            "end_user_visible": False,
        }
    }
    call = None if waits else Call(method="POST", path="/api/v2/ticket_forms", body=body)
    return Difference(
        check="form",
        name=name,
        what=f"There is no ticket form “{name}”, or it is switched off.",
        call=call,
        waits=waits,
    )


def _form(name: str, found: Found) -> RawForm | None:
    return next(
        (one for one in found.forms if plain(one.name) == plain(name) and one.active is not False),
        None,
    )


def _placed(kind: Kind, wanted: Wanted, found: Found) -> Placed | None:
    form = _form(kind.form, found)
    if form is None or kind.query_type is None:
        return Placed(kind=kind, form=form.id) if form else None
    field = _field(wanted, found)
    options = field.custom_field_options if field else ()
    option = next((one for one in options or () if same_option(one, kind.query_type)), None)
    return Placed(kind=kind, form=form.id, field=field.id, tag=option.value) if field and option else None
