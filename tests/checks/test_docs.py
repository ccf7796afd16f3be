"""The documentation speaks of things that are there: links, files, commands, tests, rows, keys and examples."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from config.load import check
from config.marks import read_text
from desk.playbook import model, parts
from desk.values import Value
from ops.cli import app
from ops.stage import stage
from tools.pages import WRITTEN

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
DOCS = ROOT / "docs"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(/[\w.*-]+)*/?")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_TOP = {one.name for one in ROOT.iterdir()}
_NAMES_A_FILE = re.compile(r"\.(py|md|ya?ml|toml|lock|po|ini)$")


def blocks(words: str, *languages: str) -> list[str]:
    return [body for language, body in _BLOCK.findall(words) if language in languages]


def prose(words: str) -> str:
    return _BLOCK.sub("", words)


def anchors(page: Path) -> set[str]:
    """Give the headings as a Markdown reader makes addresses of them."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}


# Links and files ------------------------------------------------------------------------------


@each_page
def test_every_link_leads_somewhere(page: Path):
    for target in _LINK.findall(prose(page.read_text("utf-8"))):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if there.is_relative_to(DOCS) and there.relative_to(DOCS).as_posix() in WRITTEN:
            continue
        assert there.exists(), f"{page.name}: {target} is not there"
        if anchor:
            assert anchor in anchors(there), f"{page.name}: {there.name} has no heading #{anchor}"


def paths(words: str) -> Iterator[str]:
    """Give what is written as a path of this project: `desk/case/state.py`, `config/playbooks/`, `Makefile`."""
    for span in _SPAN.findall(prose(words)):
        top = span.split("/")[0]
        if not _PATH.fullmatch(span) or "*" in top:
            continue
        if ("/" in span and top in _TOP) or _NAMES_A_FILE.search(span):
            yield span


@each_page
def test_every_file_that_is_named_is_there(page: Path):
    for path in paths(page.read_text("utf-8")):
        near = (ROOT, page.parent, *(ROOT / top for top in ("desk", "config/playbooks")))
        assert any(list(base.glob(path.rstrip("/"))) for base in near), f"{page.name}: {path}"


# Commands ---------------------------------------------------------------------------------------


def commands(words: str) -> Iterator[list[str]]:
    """Give the `ato …` commands of code blocks and code spans."""
    lines = [line.strip() for block in blocks(words, "sh", "", "console") for line in block.splitlines()]
    for line in [*lines, *_SPAN.findall(prose(words))]:
        found = re.match(r"(?:\$ )?(?:\.venv/bin/)?ato( .*|$)", line)
        if found:
            yield found[1].partition(" #")[0].split()


def unknown(given: list[str]) -> str | None:
    """Say which word of a command the program does not have."""
    command: Any = typer.main.get_command(app)
    left = [*given]
    while hasattr(command, "commands") and left and not left[0].startswith("-"):
        name = left.pop(0)
        if name not in command.commands:
            return name
        command = command.commands[name]
    options = {"--help", *(opt for param in command.params for opt in param.opts)}
    return next((word for word in left if word.startswith("-") and word not in options), None)


@each_page
def test_every_command_is_one(page: Path):
    for given in commands(page.read_text("utf-8")):
        assert unknown(given) is None, f"{page.name}: ato {' '.join(given)}"


def test_an_unknown_command_would_be_noticed():
    assert unknown(["playbook", "chek"]) == "chek"
    assert unknown(["rehearse", "mr_d", "--every"]) == "--every"
    assert unknown(["rehearse", "mr_d", "--all", "--json"]) is None


@each_page
def test_every_make_target_is_one(page: Path):
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    words = page.read_text("utf-8")
    spans = [
        *_SPAN.findall(prose(words)),
        *(line for block in blocks(words, "sh", "") for line in block.splitlines()),
    ]
    for span in spans:
        found = re.match(r"make ([a-z]+)\b", span)
        assert found is None or found[1] in targets, f"{page.name}: {span}"


# The playbook language ------------------------------------------------------------------------------

LANGUAGE = ROOT / "docs" / "playbooks.md"


def laid_over(under: Any, over: Any) -> Any:
    """Lay one piece of plain data over another: tables are joined, everything else is replaced."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: laid_over(under.get(key), value) for key, value in over.items()}}
    return over


def examples() -> list[str]:
    return blocks(LANGUAGE.read_text("utf-8"), "yaml")


def in_the_lesson(example: str) -> bool:
    """Say whether an example belongs to the lesson, which changes Mr D; the others change the small playbook."""
    return example in LANGUAGE.read_text("utf-8").partition("## The language")[0]


@pytest.mark.parametrize("example", examples(), ids=lambda words: words.split("\n")[0])
def test_every_example_passes_the_check(example: str, tmp_path: Path):
    small = next(one for one in examples() if one.startswith("playbook: small"))
    mr_d = (ROOT / "config" / "playbooks" / "mr_d.yaml").read_text("utf-8")
    under = mr_d if in_the_lesson(example) else small
    both = laid_over(read_text(under, "under")[0], read_text(example, "example")[0])
    file = tmp_path / f"{both['playbook']}.yaml"
    file.write_text(yaml.safe_dump(both, sort_keys=False, allow_unicode=True), "utf-8")
    wrong = [str(one) for one in check(file).problems if not one.warning]
    assert wrong == []


@pytest.mark.parametrize("example", [one for one in examples() if in_the_lesson(one)])
def test_the_lesson_changes_what_is_there(example: str):
    """What the lesson quotes stands in Mr D as it is quoted; only the new step is new."""
    mr_d = (ROOT / "config" / "playbooks" / "mr_d.yaml").read_text("utf-8")
    raw, quoted = read_text(mr_d, "mr_d")[0], read_text(example, "example")[0]
    assert laid_over(raw, quoted) == raw or set(quoted["steps"]) - set(raw["steps"]) == {"second_look"}


def records() -> list[type[BaseModel]]:
    """Give every kind of record a playbook is made of."""
    found = [one for module in (parts, model) for one in vars(module).values()]
    kinds = [one for one in found if isinstance(one, type) and issubclass(one, Value)]
    return sorted({one for one in kinds if one is not Value}, key=lambda one: one.__name__)


@pytest.mark.parametrize("record", records(), ids=lambda record: record.__name__)
def test_every_key_of_the_language_is_explained_and_shown(record: type[BaseModel]):
    words = LANGUAGE.read_text("utf-8")
    told = set(re.findall(r"\w+", " ".join(_SPAN.findall(prose(words)))))
    shown = set(re.findall(r"\w+(?=:)|(?<=\()\w+(?=\))", " ".join(examples())))
    keys = {spec.alias or name for name, spec in record.model_fields.items()}
    short = {"field", "optional"} if record is parts.Ask else set()
    assert keys - short <= told, f"{sorted(keys - told)} of {record.__name__} are not explained"
    # Only whole cases need these keys of a deed; config/playbooks/mr_d.yaml shows them.
    seldom = {"attempt", "makes", "moves", "none", "part"}
    assert keys - short - seldom <= shown, f"{sorted(keys - shown)} have no example"


def test_every_field_type_is_explained():
    told = set(re.findall(r"`(\w+)`", prose(LANGUAGE.read_text("utf-8"))))
    assert set(parts.FIELD_TYPES) <= told


# The case by hand -------------------------------------------------------------------------------------

BY_HAND = ROOT / "docs" / "by-hand.md"
TOOLS = ("bash", "curl", "openssl", "python3")


def timeless(words: str) -> set[str]:
    """Give the lines without what differs from one day to the next: numbers, times, and dates, which an instant of today lacks."""
    undated = re.sub(r"\d+ [A-Z][a-z]{2,3} \d{4}", "DATE", re.sub(r"\d{4}-\d\d-\d\d ", "", words))
    return {re.sub(r"\d+", "0", line).strip() for line in undated.splitlines()}


@pytest.mark.timeout(300)  # a person's pace, and every command starts a process
@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")
def test_the_case_by_hand_goes_as_the_page_shows():
    words = BY_HAND.read_text("utf-8")
    script = "\n".join(one for one in blocks(words, "sh") if not one.startswith("BOT="))
    with stage() as built:
        addresses = {"BOT": built.bot_url, "CONTROL": built.urls["control"]}
        done = subprocess.run(  # noqa: S603 - the page's own commands, on loopback
            ["bash", "-euc", script],  # noqa: S607
            env={**os.environ, **addresses},
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
    assert (done.returncode, done.stderr) == (0, "")
    shown = timeless("\n".join(blocks(words, "text")))
    assert sorted(shown - timeless(done.stdout)) == []
