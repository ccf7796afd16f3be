"""Users of a Zendesk account as the desk needs them: itself, the agents, and who works on a ticket."""

import asyncio
from collections.abc import Collection, Sequence

from desk.case.effects import Requester, Writer
from desk.service.ports import GiveUp
from integrations.zendesk.account import Account
from integrations.zendesk.names import SYSTEM
from integrations.zendesk.shapes import RawAudit, RawUser
from integrations.zendesk.sign_in import SignIn

MOST_AUTHORS = 5
"""People in a ticket's audits who are looked up until one is an agent."""
PERSON = "end-user"
"""The role of end users; all others are agents."""


class Users:
    """The users of one account, and the ids under which this process works there."""

    def __init__(self, account: Account, sign_in: SignIn) -> None:
        """Take the account; no request is made yet."""
        self._account, self._sign_in = account, sign_in
        self._bots, self._agents = dict[str, int](), dict[int, RawUser]()

    async def whoami(self) -> int:
        """Return the bot's user id; raises GiveUp when Zendesk does not know the bot."""
        user = await asyncio.to_thread(self._account.me)
        if user.id is None:
            raise GiveUp(
                SYSTEM,
                "Zendesk took the bot for an anonymous user: the address or API token it signs in with is wrong."
                " Nothing can be read or written. Check the bot's sign-in in the settings and start it again.",
            )
        self._bots[self._sign_in.client] = user.id
        return user.id

    async def me(self) -> Collection[int]:
        """Return the user ids under which this process has worked: two OAuth clients may have two owners."""
        if self._sign_in.client not in self._bots:
            await self.whoami()
        return self._bots.values()

    async def read(self, user: int) -> RawUser:
        """Read a user. Agents are cached, since their names seldom change; customers are not."""
        if user in self._agents:
            return self._agents[user]
        found = await asyncio.to_thread(self._account.user, user)
        if found.role != PERSON:
            self._agents[user] = found
        return found

    async def author(self, audits: Sequence[RawAudit]) -> Requester | None:
        """Return the first agent in a ticket's audits who is not the desk: its author, or whoever took it up."""
        bots = await self.me()
        people = dict.fromkeys(one.author_id for one in audits if one.author_id and one.author_id not in bots)
        for person in list(people)[:MOST_AUTHORS]:
            user = await self.read(person)
            if user.role in {"agent", "admin"} and user.email:
                return Requester(email=user.email, name=user.name or user.email)
        return None


def customer(user: RawUser | None) -> Writer | None:
    """Return a requester who is an end user: agents who create a ticket are its requester by default."""
    if user is None or user.role != PERSON or not user.email:
        return None
    return Writer(email=user.email, name=user.name or user.email, phone=user.phone or "")
