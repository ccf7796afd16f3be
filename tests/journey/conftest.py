"""One stage for all the tests of a file: each test plays cases of its own, and looks at those only."""

from collections.abc import Iterator

import pytest

from ops.stage import stage
from tests.journey.scene import LOGS, SECURITY, CaseInPlay, Scene


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A sandbox and a bot, as processes of their own on loopback."""
    with stage() as built:
        yield Scene(built)


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
