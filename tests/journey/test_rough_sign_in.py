"""An account whose access tokens last a minute and are revoked at random: set up, looked at and worked with all the same."""

import os
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.stage import Stage, stage
from tests.journey.test_doctor import first_settings, free_port

OFTEN = 0.1
"""One call in ten finds its token revoked."""


@pytest.fixture(scope="module")
def built() -> Iterator[Stage]:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("ATO_")}
    with stage(bot=False, empty=True, rough=True, port=free_port()) as there:
        there.control.post("/zendesk/settings", json={"sign_in": {"revoke_chance": OFTEN}})
        (there.folder / ".env").write_text(first_settings(there), "utf-8")
        yield there
    os.environ.update(kept)


def tokens(built: Stage) -> dict[str, float]:
    found: dict[str, float] = built.control.get("/zendesk/settings").json()["tokens"]
    return found


def ato(built: Stage, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--env-file", str(built.folder / ".env")])
    assert done.exit_code == 0, done.output
    return done.output


def test_provision_and_doctor_end_well_and_mint_no_token_too_many(built: Stage):
    for number, words in enumerate((("provision",), ("provision",), ("doctor",)), 1):
        said = ato(built, *words)
        now = tokens(built)
        assert now["minted"] <= number + now["revoked"]
        assert "BROKEN" not in said
    assert tokens(built)["revoked"] > 1
    names = [one["title"] for one in _listed(built, "triggers")]
    assert len(names) == len(set(names))  # nothing was made twice


def _listed(built: Stage, kind: str) -> list[dict[str, str]]:
    shown = built.control.get("/zendesk/settings").json()
    return [{"title": one} for one in shown[kind]]
