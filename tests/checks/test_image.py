"""The image and its company: the Dockerfile's own steps in an empty folder, and what the compose file promises.

No container engine is needed. The steps are the Dockerfile's `RUN` lines with other paths, as a plain user over a source tree nobody may write.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.environment import variables
from config.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
TOOLS = Path(sys.executable).parent

asked = pytest.mark.skipif(
    not (os.environ.get("CI") or os.environ.get("ATO_TEST_IMAGE")),
    reason="installs the desk's eighty packages anew; ATO_TEST_IMAGE=1 asks for it",
)


# The Dockerfile's steps ---------------------------------------------------------------------------


def run(command: list[str], user: str | None, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end as this user, or as ourselves."""
    as_user = {"user": user} if user else {}
    return subprocess.run(  # noqa: S603 - the project's own commands
        command, capture_output=True, text=True, check=False, **as_user, **more
    )


def a_python() -> tuple[str, str | None]:
    """Give a Python, and a plain user who may run it when we are root."""
    if os.geteuid() != 0:
        return sys.executable, None
    able = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    for path in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        shell = ["/bin/sh", "-c", f"exec {path} -c '{able}'"]
        if run(shell, "nobody", cwd="/").returncode == 0:
            return path, "nobody"
    return sys.executable, None


def stages() -> list[str]:
    return re.split(r"^FROM .*$", DOCKERFILE, flags=re.MULTILINE)[1:]


def steps(stage: str) -> list[str]:
    return re.findall(r"^RUN (.+)$", stage, re.MULTILINE)


def sent() -> list[str]:
    """Give what the build is sent: .dockerignore shuts everything out and lets these in."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert lines[0] == "*"
    return [line[1:] for line in lines if line.startswith("!")]


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """Run the first stage in an empty folder, as a plain user, over a source tree that nobody may write."""
    python, user = a_python()
    base = Path(tempfile.mkdtemp(prefix="ato-image-"))
    base.chmod(0o755)
    for name in sent():
        source, there = ROOT / name, base / "src" / name
        there.parent.mkdir(exist_ok=True)
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, there, ignore=ignored)
        else:
            shutil.copy(source, there)
    for inner in [base / "src", *(base / "src").rglob("*")]:
        inner.chmod(0o555 if inner.is_dir() else 0o444)
    (base / "opt").mkdir()
    (base / "home").mkdir()
    if user:
        for inner in (base / "opt", base / "home"):
            os.chown(inner, pwd.getpwnam(user).pw_uid, -1)
    env = {**_pip_settings(), "HOME": str(base / "home"), "PATH": "/usr/bin:/bin", "TMPDIR": str(base / "home")}
    for step in steps(stages()[0]):
        command = re.sub(r"\bpython -m venv", f"{python} -m venv", step).replace("/opt/", f"{base}/opt/")
        shell = ["/bin/sh", "-euc", command]
        done = run(shell, user, cwd=base / "src", env=env, timeout=300)
        assert done.returncode == 0, f"{step}\n{done.stdout}\n{done.stderr}"
    yield base
    shutil.rmtree(base)


def _pip_settings() -> dict[str, str]:
    """Let the installer find packages where this machine finds them."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}


@asked
@pytest.mark.timeout(400)  # eighty packages
def test_the_steps_of_the_image_leave_a_desk_that_runs_and_nothing_to_build_with(built: Path):
    user, desk = a_python()[1], str(built / "opt" / "ato" / "bin" / "ato")
    helped = run([desk, "--help"], user, cwd="/", env={})
    assert (helped.returncode, helped.stderr) == (0, "")
    started = run([desk, "serve"], user, cwd="/", env={})
    assert started.returncode == 3
    assert "ATO_SLACK__TOKEN" in started.stderr
    checked = run([desk, "playbook", "check"], user, cwd="/", env={})
    assert (checked.returncode, checked.stdout) == (0, "2 checked: 0 wrong, 0 warnings\n")
    there = {one.name.partition("-")[0].lower() for one in (built / "opt/ato/lib").rglob("*.dist-info")}
    assert {"slack_bolt", "zenpy", "psycopg", "procrastinate", "ato_desk"} <= there
    assert there.isdisjoint({"pip", "setuptools", "hatchling", "pytest", "mypy", "ruff", "nicegui", "uv", "playwright"})


def test_the_last_stage_runs_as_a_plain_user_and_is_looked_after():
    last = stages()[1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last and "/healthz" in last and "STOPSIGNAL SIGTERM" in last
    assert "pip uninstall" in steps(last)[0]


def test_the_linter_finds_nothing_in_the_dockerfile():
    linter = TOOLS / "hadolint"
    if not linter.is_file():
        pytest.skip("hadolint comes for Linux on x86-64 only")
    done = run([str(linter), str(ROOT / "Dockerfile")], None)
    assert (done.returncode, done.stdout) == (0, "")


# The locks -----------------------------------------------------------------------------------------


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements-run.lock", "requirements-build.lock"])
def test_the_image_holds_what_was_tested(lock: str):
    assert pins(lock) and pins(lock) <= pins("requirements.lock"), "make lock"


# The compose file -----------------------------------------------------------------------------------


def test_the_compose_file_is_one():
    tool = [str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    file = str(ROOT / "deploy" / "compose.yaml")
    done = run([*tool, file], None)
    assert done.returncode == 0, done.stdout


def services(profile: str) -> dict[str, Any]:
    return {name: one for name, one in COMPOSE["services"].items() if profile in one["profiles"]}


@pytest.mark.parametrize("name", ["desk", "desk-1", "desk-2"])
def test_a_desk_has_no_more_rights_than_it_needs(name: str):
    desk = COMPOSE["services"][name]
    assert desk["read_only"] is True and desk["cap_drop"] == ["ALL"]
    assert desk["security_opt"] == ["no-new-privileges:true"]
    assert {"secrets"} <= set(desk) and set(desk["secrets"]) <= set(COMPOSE["secrets"])


def test_two_desks_stand_behind_the_proxy_and_before_one_database():
    assert set(services("postgres")) == {"desk-1", "desk-2", "postgres", "proxy"}
    assert set(services("sqlite")) == {"desk"}
    proxied = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    assert "reverse_proxy desk-1:8080 desk-2:8080" in proxied
    assert "/metrics" not in proxied


def test_every_variable_of_the_compose_file_is_a_setting():
    known = {one.name: one for one in variables(Settings)}
    given = {
        name for one in COMPOSE["services"].values() for name in one.get("environment", {}) if name.startswith("ATO_")
    }
    for name in given - {"ATO_HOST"}:
        bare = name.removesuffix("_FILE")
        assert bare in known and (bare == name or known[bare].secret), name
