"""The page never shows what the stage tells beside an older look at what people see."""

from typing import Any

from sandbox.company import Company as Running
from sandbox.page.looking import Look, View
from sandbox.page.rendering import Company, Drawer
from sandbox.page.room import Changes, Json, Room, Told
from sandbox.page.screen import Screen

OLD, NEW = Told(stage={"told": {"story": 4}}), Told(stage={"told": {"story": 5}})


class Meanwhile(Room):
    """A control room in which an act is played and told of while the page looks."""

    changes: Changes

    async def get(self, path: str, **query: Any) -> Json:
        seen = await super().get(path, **query)
        if path == "/slack/views":
            self.changes.told = NEW
        return seen


class Drawing(Screen):
    """A screen that keeps what it would draw."""

    drawn: list[Told]

    def _draw(self, seen: Look) -> None:
        assert seen.places
        self.drawn.append(self._told)


async def test_an_act_that_is_told_of_while_the_page_looks_is_shown_with_the_next_look(
    company: Running,
) -> None:
    room = Meanwhile(company.urls["control"])
    room.changes = Changes(room)
    room.changes.told = OLD
    people = Company.read(await room.get("/people"))
    screen = Drawing(room, room.changes, Drawer(), people, View("UAGENT01"))
    screen.drawn = []
    await screen.refresh()
    await screen.refresh()
    await room.close()
    assert screen.drawn == [OLD, NEW]
