"""The house rules hold, and would be noticed when they did not."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tools.checks import BROAD, CARRIED, ROOMS, addresses, broad_excepts, check, check_file, decisions

ROOT = Path(__file__).parents[2]


def told(words: str, file: str = "handlers/x.py") -> list[str]:
    return [one.what for one in check_file(file, dedent(words))]


def test_the_rooms_import_only_what_they_may():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603 - our own command
        [lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_house_rules_hold():
    assert [str(one) for one in check(ROOT)] == []


@pytest.mark.parametrize(
    "line",
    [
        "body['user']",
        "body['user']['id']",
        "body.get('user')",
        "payload.items()",
        "a, b = raw",
        "x = {**body}",
        "f(**payload)",
        "f(*raw)",
        "'user' in body",
        "[key for key in body]",
        "for key in payload: pass",
        "match body:\n        case _: pass",
    ],
)
def test_a_handler_that_opens_a_body_is_noticed(line):
    words = f"async def on_click(body, payload, raw):\n    {line}\n"
    assert len(told(words)) == 1
    assert told(words, "integrations/slack/codec/wire.py") == []


def test_a_handler_may_carry_a_body():
    words = """
        async def on_click(body, payload, raw):
            command = read_click(body)
            if body is None:
                return None
            return await accept(command, raw=raw)
        """
    assert told(words) == []


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException as e", " (ValueError, Exception)"])
def test_a_broad_except_is_noticed(caught):
    words = f"try:\n    pass\nexcept{caught}:\n    pass\n"
    found = list(check_file("integrations/x.py", words))
    assert [one.line for one in broad_excepts(found)] == [3]


def test_two_places_may_catch_everything_and_each_only_once():
    words = "try:\n    pass\nexcept Exception:\n    pass\n"
    for file in ("desk/service/engine.py", "bot/slack_app.py"):
        assert list(broad_excepts(list(check_file(file, words)))) == []
        assert len(list(broad_excepts(list(check_file(file, words * 2))))) == 1
    assert sum(BROAD.values()) == 2


def test_long_functions_and_files_are_noticed():
    long = "def f():\n" + "    x = 1\n" * 40
    assert told(long) == ["f has 41 lines; a function has at most 40"]
    assert told(long.replace("x = 1\n", "x = 1\n", 1).removesuffix("    x = 1\n")) == []
    assert told("x = 1\n" * 301) == ["301 lines; a file has at most 300"]
    assert told("x = 1\n" * 300) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://x",
        "--extra-index-url x",
        "--find-links x",
        "a @ file:///x",
        "    # via http://x",
    ],
)
def test_an_address_in_the_lock_is_noticed(line):
    assert len(list(addresses("requirements.lock", f"a==1\n{line}\n"))) == 1


def test_every_room_is_looked_at():
    assert all((ROOT / room).is_dir() for room in ROOMS)


def test_help_answers_without_importing_the_bot():
    script = "import sys; sys.argv = ['ato', '--help']\nimport ops.cli\ntry:\n    ops.cli.main()\nexcept SystemExit: pass\nprint(sorted(m for m in ('pydantic', 'rich', 'slack_sdk', 'sqlalchemy', 'babel', 'desk') if m in sys.modules))"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_is_decided_in_one_place_of_the_service():
    once = "answer = decide(command, situation)\n"
    assert list(decisions({"desk/service/engine.py": once, "desk/service/ports.py": ""})) == []
    twice = [
        str(one) for one in decisions({"desk/service/a.py": once, "desk/service/b.py": f"x = 1\nrules.{once[9:]}"})
    ]
    assert [one.partition(": ")[0] for one in twice] == ["desk/service/a.py:1", "desk/service/b.py:2"]
    assert len(list(decisions({"desk/service/engine.py": ""}))) == 1


@pytest.mark.parametrize("file", CARRIED)
@pytest.mark.parametrize(
    "why", ["Filled in by the engine.", "Filled in while a card is drawn.", "of others; by the engine"]
)
def test_a_command_and_a_case_hold_nothing_that_the_engine_fills_in(file, why):
    words = f"rivals: tuple[str, ...] = ()  # {why}\n"
    assert len(told(words, file)) == 1
    assert told(words, "desk/case/situation.py") == []
