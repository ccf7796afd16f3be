"""One stage for all journeys, emptied for each file: each test plays cases of its own, and looks at those only."""

from collections.abc import Iterator

import pytest

from ops.stage import Stage, stage
from tests.journey.scene import LOGS, SECURITY, CaseInPlay, Scene
from tests.lending import Lent


@pytest.fixture(scope="session")
def one_stage() -> Iterator[Stage]:
    """A sandbox as a process of its own on loopback, for every file whose bot keeps its cases in a SQLite file."""
    with stage(bot=False) as built:
        yield built


@pytest.fixture(scope="module")
def lent(one_stage: Stage) -> Lent:
    return Lent(one_stage)


@pytest.fixture(scope="module")
def scene(lent: Lent) -> Scene:
    """A bot as it is, with nothing in it."""
    return Scene(lent.fresh())


@pytest.fixture
def mended(scene: Scene) -> Iterator[Scene]:
    """The scene, with whatever a test broke outside put right afterwards."""
    yield scene
    scene.mend()
    scene.control("POST", "/zendesk/settings", json={"no_reroute": True})
    scene.control("POST", "/zendesk/deliveries", json={"mode": "normal"})
    scene.control("POST", "/zendesk/deliveries/release")


@pytest.fixture(scope="module")
def played(scene: Scene) -> CaseInPlay:
    """A case that was played up to the escalation."""
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    case.card(SECURITY)
    return case
