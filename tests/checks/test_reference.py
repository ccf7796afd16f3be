"""What is written from the code: the schema for editors, and the reference pages of the documentation."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.load import PLAYBOOKS, playbook_files
from config.marks import read_text
from ops.playbook_schema import models, schema_text
from tools.reference import commands_page, language_page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(schema_text())


def plain(file: Path) -> Any:
    return read_text(file.read_text("utf-8"), file.name)[0]


def test_the_schema_that_comes_along_is_what_the_code_says():
    kept = (ROOT / "config" / "playbook.schema.json").read_text("utf-8")
    assert kept == schema_text(), "ato playbook schema --write config/playbook.schema.json"


@pytest.mark.parametrize("file", playbook_files(PLAYBOOKS), ids=lambda file: file.stem)
def test_an_editor_finds_no_fault_with_a_playbook_of_ours(schema: Any, file: Path):
    jsonschema.Draft202012Validator.check_schema(schema)
    found = jsonschema.Draft202012Validator(schema).iter_errors(plain(file))
    assert [(list(one.path), one.message) for one in found] == []
    assert "$schema=../playbook.schema.json" in file.read_text("utf-8")


MISTAKES = [
    (("steps", "suspend", "ownr"), "mod"),
    (("steps", "suspend", "due", "in"), "ten minutes"),
    (("fields", "email", "type"), "mail"),
    (("steps", "suspend", "urgent"), "perhaps"),
]


@pytest.mark.parametrize(("where", "what"), MISTAKES, ids=lambda one: str(one[-1]))
def test_an_editor_underlines_a_mistake(schema: Any, where: tuple[str, ...], what: str):
    data = plain(PLAYBOOKS / "mr_d.yaml")
    inner = data
    for part in where[:-1]:
        inner = inner[part]
    inner[where[-1]] = what
    assert not jsonschema.Draft202012Validator(schema).is_valid(data)


def test_the_language_page_has_every_word_of_every_record():
    page = language_page()
    for record in models():
        section = page.partition(f"\n## {record.__name__}\n")[2].partition("\n## ")[0]
        words = {spec.alias or name for name, spec in record.model_fields.items()}
        assert all(f"| `{word}` |" in section for word in words), record.__name__


def test_the_commands_page_has_a_command_of_a_group_with_its_options():
    page = commands_page()
    assert "\n## ato rehearse\n" in page and "`--branch`" in page
    assert "\n## ato playbook check\n" in page
