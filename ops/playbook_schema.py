"""JSON Schema of the playbook language, with the descriptions that stand in the code. Pure."""

import ast
import inspect
import json
from collections.abc import Iterator
from functools import cache
from textwrap import dedent
from typing import Any, get_args

from pydantic import BaseModel

from desk.playbook.model import Playbook

SCHEMA_ID = "urn:ato-desk:playbook"


def schema_text() -> str:
    """Render config/playbook.schema.json."""
    schema = Playbook.model_json_schema(by_alias=True)
    records = schema["$defs"]
    for record in models():
        where = schema if record is Playbook else records[record.__name__]
        _describe(where, record)
    records["Ask"] = _or_short(records["Ask"], {"type": "string"})
    mapping = {"type": "object", "additionalProperties": {"type": "string"}}
    records["Said"] = _or_short(records["Said"], {"type": "string"}, mapping)
    schema = _or_placeholder(schema)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _or_short(record: dict[str, Any], *short: dict[str, Any]) -> dict[str, Any]:
    """Allow a record's shorthand beside its long form."""
    return {"anyOf": [*short, record]}


_PLACEHOLDER = {"type": "string", "pattern": r"^\$\{[a-z_]+\}$"}


def _or_placeholder(schema: Any) -> Any:
    """Allow `${name}` in place of an enum or a boolean."""
    if isinstance(schema, list):
        return [_or_placeholder(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _or_placeholder(value) for key, value in schema.items()}
    closed = isinstance(schema.get("enum"), list) or schema.get("type") == "boolean"
    return {"anyOf": [_PLACEHOLDER, inner]} if closed else inner


def _describe(where: dict[str, Any], record: type[BaseModel]) -> None:
    """Add the descriptions of a record and its attributes."""
    where["description"] = record_words(record)
    for name, words in attribute_words(record).items():
        spec = record.model_fields[name]
        where["properties"][spec.alias or name]["description"] = words


@cache
def models() -> tuple[type[BaseModel], ...]:
    """List the models a playbook is made of, root first, each once, in order of discovery."""
    found: dict[type[BaseModel], None] = {Playbook: None}
    queue: list[Any] = [Playbook]
    while queue:
        for spec in queue.pop(0).model_fields.values():
            for inner in _records(spec.annotation):
                if inner not in found:
                    found[inner] = None
                    queue.append(inner)
    return tuple(found)


def _records(kind: Any) -> Iterator[type[BaseModel]]:
    """Return the models inside a type."""
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _records(inner)


def attribute_words(record: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings under a model's attributes."""
    tree = ast.parse(dedent(inspect.getsource(record))).body[0]
    assert isinstance(tree, ast.ClassDef)
    pairs = zip(tree.body, tree.body[1:], strict=False)
    return {
        one.target.id: " ".join(str(ast.literal_eval(two.value)).split())
        for one, two in pairs
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(two, ast.Expr)
        and isinstance(two.value, ast.Constant)
    }


def record_words(record: type[BaseModel]) -> str:
    return " ".join((record.__doc__ or "").split())
