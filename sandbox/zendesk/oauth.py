"""OAuth clients and access tokens of the account (client credentials grant). Knows no HTTP.

Facts: `expires_in` strictly between 300 and 172,800 s, 1,800 s when it is not sent, no refresh token. Expiry uses real
time, not the business clock.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime

from sandbox import seeds
from sandbox.zendesk import refusals, scopes
from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Json, User

SHORTEST_S, LONGEST_S, USUAL_S = 300, 172_800, 1_800
GRANT = "client_credentials"


@dataclass
class Client:
    """An OAuth client; an empty `allowed` means unlimited scopes."""

    id: int
    identifier: str
    secret: str
    user_id: int
    allowed: tuple[str, ...] = ()
    kind: str = "confidential"


@dataclass
class Token:
    """An access token. One requested with a list of scopes opens nothing."""

    id: int
    value: str
    client: Client
    scopes: tuple[str, ...]
    life_s: int
    ends: float
    """On the monotonic clock, seconds."""
    made_at: datetime


@dataclass
class Conduct:
    """Misbehaviour of the token endpoint."""

    old_account: bool = False
    """Whether API tokens (Basic) still open the door, as in accounts made before July 2026."""
    token_seconds: int | None = None
    """The life of every token, whatever was asked for."""
    revoke_chance: float = 0.0
    """How likely a token is revoked before the call that carries it."""


@dataclass
class OAuth:
    """Clients, live tokens, and the number minted."""

    account: Account
    started: Conduct = field(default_factory=Conduct)
    clients: list[Client] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    minted: int = 0
    revoked: int = 0

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Reset to one client of the bot's user."""
        self.conduct = Conduct(**vars(self.started))
        self.dice = random.Random(0)  # noqa: S311 - faults, not secrets
        self.minted = self.revoked = 0
        self.tokens.clear()
        bot = seeds.ZENDESK_BOT_ID
        self.clients[:] = [
            Client(1, seeds.ZENDESK_CLIENT_ID, seeds.ZENDESK_CLIENT_SECRET, bot),
        ]

    def named(self, identifier: str) -> Client:
        found = next((one for one in self.clients if one.identifier == identifier), None)
        return refusals.known(found, "OAuth client", identifier)

    def add_client(self, identifier: str, secret: str, owner: User) -> Client:
        number = max((one.id for one in self.clients), default=0) + 1
        self.clients.append(Client(number, identifier, secret, owner.id))
        return self.clients[-1]

    # Minting ---------------------------------------------------------------------------------

    def mint(self, asked: Json) -> Token:
        """Answer `POST /oauth/tokens`; raises Refused with the body of RFC 6749, section 5.2."""
        if asked.get("grant_type") != GRANT:
            raise refusals.oauth(400, "unsupported_grant_type", "The grant type is not supported")
        client = self._client(asked.get("client_id"), asked.get("client_secret"))
        granted = self._scopes(client, asked.get("scope"))
        life = self._life(asked.get("expires_in"))
        self.minted += 1
        return self.give(client, granted, life)

    def give(self, client: Client, granted: tuple[str, ...], life_s: int = USUAL_S) -> Token:
        value = secrets.token_hex(32)
        ends = time.monotonic() + life_s
        made_at = self.account.instant()
        made = Token(self.account.new_id(), value, client, granted, life_s, ends, made_at)
        self.tokens[value] = made
        return made

    def _client(self, identifier: object, secret: object) -> Client:
        right = next(
            (one for one in self.clients if (one.identifier, one.secret) == (identifier, secret)),
            None,
        )
        if right is None or right.kind != "confidential" or self._owner(right) is None:
            text = (
                "Client authentication failed due to unknown client, no client authentication included, or unsupported"
                " authentication method."
            )
            raise refusals.oauth(401, "invalid_client", text)
        return right

    def _scopes(self, client: Client, asked: object) -> tuple[str, ...]:
        if isinstance(asked, list):
            return ()
        if asked is None or asked == "":
            return client.allowed or ("read", "write")
        wanted = tuple(str(asked).split())
        unknown = [one for one in wanted if one not in scopes.KNOWN]
        if unknown or (client.allowed and not set(wanted) <= set(client.allowed)):
            text = "The requested scope is invalid, unknown, or malformed."
            raise refusals.oauth(400, "invalid_scope", text)
        return wanted

    def _life(self, asked: object) -> int:
        given = self.conduct.token_seconds
        if asked is None or asked == "":
            return USUAL_S if given is None else given
        if not str(asked).isdigit() or not SHORTEST_S < int(str(asked)) < LONGEST_S:
            text = f"expires_in must be between {SHORTEST_S} and {LONGEST_S}"
            raise refusals.oauth(400, "invalid_request", text)
        return int(str(asked)) if given is None else given

    # Admitting -------------------------------------------------------------------------------

    def admit(self, value: str) -> tuple[Token, User]:
        """Return the token and its client's owner. Raises Refused when unknown, expired or revoked."""
        token = self.tokens.get(value)
        if token is not None and self.dice.random() < self.conduct.revoke_chance:
            self.revoke(token)
        owner = self._owner(token.client) if token else None
        if token is None or owner is None or value not in self.tokens:
            raise refusals.invalid_token()
        if time.monotonic() >= token.ends:
            del self.tokens[value]
            raise refusals.invalid_token()
        return token, owner

    def revoke(self, token: Token) -> None:
        self.revoked += 1
        self.tokens.pop(token.value, None)

    def revoke_all(self) -> None:
        for token in list(self.tokens.values()):
            self.revoke(token)

    def _owner(self, client: Client) -> User | None:
        owner = self.account.users.get(client.user_id)
        return owner if owner is not None and owner.is_agent and owner.active else None
