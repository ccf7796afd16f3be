"""Generators of reference pages: commands, playbook language, metrics.

Pure: each function returns the text of one page, which `tools/pages.py` adds to the documentation.
"""

import inspect
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from desk.playbook import shorthand
from ops.playbook_schema import attribute_words, models, record_words


def language_page() -> str:
    """Render the reference of the playbook language: each model, its attributes, types and defaults."""
    parts = [
        "# Playbook language\n\nEvery record a playbook is made of, written from the code. "
        "[Playbooks](../playbooks.md) explains them with examples. "
        "`ato playbook schema` writes the same as a JSON schema for editors.\n"
    ]
    for record in models():
        parts.append(f"\n## {record.__name__}\n\n{record_words(record)}\n\n")
        parts.append("| word | holds | when left out |\n|---|---|---|\n")
        words = attribute_words(record)
        parts.extend(
            f"| `{spec.alias or name}` | {_holds(_whole(spec))}{_more(words.get(name))} | {_left_out(spec)} |\n"
            for name, spec in record.model_fields.items()
        )
    return "".join(parts)


_PLAIN = {
    "str": "words",
    "int": "a whole number",
    "bool": "`true` or `false`",
    "Decimal": "an amount",
    "Any": "anything",
    "timedelta": "a duration such as `15m`",
    "NoneType": "",
}


def _holds(kind: Any) -> str:
    """Describe a type in words."""
    origin, args = get_origin(kind), get_args(kind)
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    if origin is Annotated:
        return _short(args[1:]) or _holds(args[0])
    if origin is Literal:
        return "one of " + ", ".join(f"`{one}`" for one in args)
    if origin in {Union, UnionType}:
        return " or ".join(filter(None, map(_holds, args)))
    if origin is tuple:
        return f"a list of {_holds(args[0])}"
    if origin is dict:
        return f"a table of {_holds(args[1])}"
    return _PLAIN.get(getattr(kind, "__name__", str(kind)), str(kind))


def _short(metadata: tuple[Any, ...]) -> str:
    """Describe a type's shorthand, if any."""
    readers = [getattr(one, "func", None) for one in metadata]
    if shorthand.read_text in readers:
        return "words, or a table of languages"
    return "a name, or a list of names" if shorthand.read_list in readers else ""


def _whole(spec: FieldInfo) -> Any:
    """Return a field's type with its validators."""
    return Annotated[(spec.annotation, *spec.metadata)] if spec.metadata else spec.annotation


def _more(words: str | None) -> str:
    return f"<br>{words}" if words else ""


def _left_out(spec: FieldInfo) -> str:
    if spec.is_required():
        return "**must be there**"
    if spec.default in (None, {}, ()):
        return "nothing"
    if isinstance(spec.default, bool):
        return f"`{str(spec.default).lower()}`"
    return f"`{spec.default}`"


# The commands ------------------------------------------------------------------------------------


def commands_page() -> str:
    """Render the reference of the `ato` command, one heading per command."""
    import typer

    from ops.cli import app

    top: Any = typer.main.get_command(app)
    parts = [f"# Commands\n\n{top.help}\n\n{top.epilog}\n"]
    for name, command in _commands(top, "ato"):
        parts.append(f"\n## {name}\n\n{' '.join((command.help or '').split())}\n")
        shown = [one for one in command.params if not getattr(one, "hidden", False)]
        if shown:
            parts.append("\n| | what it is for | when left out |\n|---|---|---|\n")
            parts.extend(_parameter(one) for one in shown)
    return "".join(parts)


def _commands(group: Any, way: str) -> Iterator[tuple[str, Any]]:
    """Walk a command group; yield each command with its full name."""
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, f"{way} {name}")
        elif not command.hidden:
            yield f"{way} {name}", command


def _parameter(one: Any) -> str:
    name = ", ".join(f"`{word}`" for word in one.opts) if one.opts[0].startswith("-") else ""
    name = name or f"`{one.name.upper()}`"
    default = "**must be given**" if one.required else _default(one.default)
    return f"| {name} | {' '.join((getattr(one, 'help', None) or '').split())} | {default} |\n"


def _default(value: Any) -> str:
    return "" if value in (None, False, (), []) or callable(value) else f"`{value}`"


# The metrics -------------------------------------------------------------------------------------


def metrics_page() -> str:
    """Render the reference of `/metrics`."""
    parts = [
        "# Metrics\n\nWhat `/metrics` shows, in Prometheus' text format. Labels never hold personal data.\n\n"
        "| name | kind | labels | what it counts |\n|---|---|---|---|\n"
    ]
    parts.extend(
        f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels) or '—'} | {told} |\n"
        for name, kind, labels, told in sorted(metrics())
    )
    return "".join(parts)


def metrics() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Return every metric: name in queries, kind, labels, help."""
    from prometheus_client import REGISTRY
    from prometheus_client.metrics import MetricWrapperBase

    import bot.main  # noqa: F401 - every metric is defined once the bot's modules are there

    for collector in set(REGISTRY._collector_to_names):
        if isinstance(collector, MetricWrapperBase):
            kind = str(collector._type)
            name = collector._name + ("_total" if kind == "counter" else "")
            yield name, kind, tuple(collector._labelnames), collector._documentation
