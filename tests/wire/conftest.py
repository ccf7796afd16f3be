"""A Mr D case for everything that is drawn of one."""

import pytest

from config.load import load
from desk.playbook.model import Playbook
from tests.wire.making_cards import Story


@pytest.fixture(scope="session")
def playbook() -> Playbook:
    return load(names=["mr_d"])["mr_d"]


@pytest.fixture
def story(playbook: Playbook) -> Story:
    return Story(playbook)
