"""A served bot under attack: nothing is accepted, nothing is stored, nothing breaks, nothing grows."""

from tests.journey.attacking import KINDS, REPLAYED, attack
from tests.journey.scene import Scene


async def test_nothing_forged_replayed_truncated_or_oversized_is_accepted(scene: Scene) -> None:
    """`python -m tests.journey.attacking 10000` does the same ten thousand times."""
    found = await attack(scene.stage, 1500)
    assert set(found.statuses) == {*KINDS, REPLAYED}
    assert found.accepted == found.errors == 0, found.statuses
    assert found.before == found.after
    assert found.grown < 12_000_000
    assert scene.stage.bot is not None
    assert "Traceback" not in scene.stage.bot.log.read_text()
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["status"] == "open"
