"""Shared state of a live rehearsal: account, channel, created objects, findings."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.sections import Zendesk
from desk.service.ports import TryAgain
from integrations.zendesk.scopes import SERVE
from ops.live.account import SHORT_S, Account, Answer, Bearer, Calls, Mint
from ops.live.channel import Channel
from ops.live.verdicts import Findings, LeftOut, StepFailed

TAG = "ato_desk_rehearsal"
KEYS = ("id", "user_id", "client_id", "scopes", "expires_at")
NO_CLIENT = "The settings sign in with an API token; an OAuth client is needed to see it."


@dataclass
class Token:
    """An access token minted by the rehearsal, until revoked."""

    value: str
    granted: tuple[str, ...]
    brief: bool
    number: int | None = None


@dataclass
class Scene:
    """Mutable state passed from step to step and to cleanup."""

    zendesk: Zendesk
    account: Account
    mint: Mint | None
    channel: Channel | str
    """The Slack channel, or why there is none."""
    calls: Calls
    findings: Findings
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    me: int = 0
    groups: tuple[int, ...] = ()
    ticket: dict[str, Any] = field(default_factory=dict)
    made_at: float = 0.0
    tickets: dict[int, bool] = field(default_factory=dict)
    """The tickets that were made, and whether each was deleted already."""
    may_have_tickets: bool = False
    uploads: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """Addresses of things that should have been refused, and were made."""
    tokens: list[Token] = field(default_factory=list)
    given: int = 0
    named: tuple[str, ...] = ()
    """The scopes that a 403 named for groups."""
    signed_out: bool = False
    lost: int = 0
    """Requests for a token of which no answer came: the token may live."""
    hidden: set[str] = field(default_factory=set)
    """What must not be in the report: every token that was made."""
    option_field: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The external id of every ticket of this rehearsal."""
        return f"{TAG}_{self.run}"

    @property
    def serving(self) -> str:
        """The scopes that `ato serve` asks for."""
        return self.zendesk.scopes or SERVE

    @property
    def export_from(self) -> int:
        """Start of the export: two minutes before the ticket was made, by Zendesk's clock."""
        made = datetime.fromisoformat(str(self.ticket.get("created_at")))
        return int(made.timestamp()) - 120

    @property
    def number(self) -> int:
        """The first ticket's id. Raises LeftOut where none was made."""
        found = self.ticket.get("id")
        if not isinstance(found, int):
            raise LeftOut("There is no test ticket: the step that makes it did not succeed.")
        return found

    def minted(self, scope: str | None, *, brief: bool = True) -> tuple[Token, Answer]:
        """Mint a token. Raises LeftOut where the client lacks these scopes."""
        if self.mint is None:
            raise LeftOut(NO_CLIENT)
        if not self.account.answered:
            raise LeftOut("Zendesk did not take the desk's sign-in, with which tokens are revoked.")
        self.lost += 1
        try:
            answer = self.mint.ask(scope, SHORT_S if brief else None)
        except TryAgain as gone:
            self.lost -= gone.certain
            raise
        self.lost -= 1
        value = answer.at("access_token")
        if answer.error == "invalid_scope":
            raise LeftOut(
                f"Zendesk does not give this client a token of {scope}: a scope that it does not know, or that the"
                " client is not allowed."
            )
        if not answer.good or not isinstance(value, str):
            raise StepFailed(f"Zendesk answered the request for a token with {answer.told()}.")
        self.hidden.add(value)
        self.given += 1
        granted = tuple(str(answer.at("scope") or "").split())
        self.tokens.append(Token(value, granted, brief))
        return self.tokens[-1], answer

    @contextmanager
    def only(self, scope: str) -> Iterator[Account]:
        """Context of a token with these scopes, revoked at the end."""
        token, _ = self.minted(scope)
        with self.using(token) as account:
            yield account
        self.revoke(token)

    @contextmanager
    def using(self, token: Token) -> Iterator[Account]:
        """Client that uses this token over its own connections; reads the token's id first."""
        account = Account(self.account.url, Bearer(token.value), self.calls)
        try:
            self.numbered(token, account)
            yield account
        finally:
            account.close()

    def numbered(self, token: Token, account: Account) -> None:
        """Read a token's id, which revocation needs."""
        answer = account.ask("GET", "oauth/tokens/current.json")
        number = answer.at("token", "id")
        told = f"{answer.told()} to a token of {' '.join(token.granted)}"
        if answer.status in {200, 403}:
            self.findings.saw("current-any-scope", answer.good, told)
        body = answer.at("token")
        if isinstance(body, dict):
            there = [key for key in KEYS if key in body]
            self.findings.saw("current-keys", len(there) == len(KEYS), f"keys: {', '.join(there)}")
        token.number = number if isinstance(number, int) else None

    def revoke(self, token: Token) -> bool:
        """Revoke a token and say whether it succeeded; a failure is left to cleanup."""
        if token.number is None:
            return False
        answer = self.account.ask("DELETE", f"oauth/tokens/{token.number}.json")
        if answer.status in {204, 404}:
            self.tokens.remove(token)
        return answer.status == 204

    def close(self) -> None:
        """Close all connections."""
        self.account.close()
        if self.mint:
            self.mint.close()
        if isinstance(self.channel, Channel):
            self.channel.close()

    # What a step is judged by --------------------------------------------------------------------

    def opened(self, name: str, answer: Answer, scope: str) -> None:
        """Record whether a scope opened an endpoint."""
        if answer.good:
            self.findings.saw(name, True, f"{answer.status} with {scope} alone")
        elif answer.status == 403 and answer.lacking:
            self.findings.saw(name, False, f"403 with {scope}, naming {answer.lacking}")
        else:
            self.unclear(name, answer)

    def shut(self, name: str, answer: Answer, scope: str, needs: set[str]) -> None:
        """Record whether an endpoint refused a scope and named those it needs."""
        if answer.status == 403 and answer.lacking:
            holds = set(answer.lacking.replace(",", " ").split()) == needs
            self.findings.saw(name, holds, f"403 with {scope}, naming {answer.lacking}")
        elif answer.good:
            self.findings.saw(name, False, f"{answer.status} with {scope} alone")
        else:
            self.unclear(name, answer)

    def unclear(self, name: str, answer: Answer) -> None:
        """Record an inconclusive answer. Raises StepFailed where the token was not accepted."""
        if answer.status == 401:
            raise StepFailed(f"Zendesk answered with {answer.told()}.")
        self.findings.missed(name, f"Zendesk answered with {answer.told()}, which shows neither.")


def since(moment: float) -> float:
    """Return the seconds since a monotonic instant."""
    return time.monotonic() - moment
