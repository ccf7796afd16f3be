"""Composition of the Zendesk sign-in from the settings: OAuth clients, else an API token."""

from config.sections import Zendesk
from integrations.zendesk.sign_in import ApiToken, Client, ClientCredentials, SignIn


def clients(zendesk: Zendesk) -> tuple[Client, ...]:
    """Return the OAuth clients in the order in which they are tried."""
    pairs = (
        (zendesk.client_id, zendesk.client_secret),
        (zendesk.second_client_id, zendesk.second_client_secret),
    )
    return tuple(Client(name.strip(), secret.get_secret_value().strip()) for name, secret in pairs if name and secret)


def signed_in(zendesk: Zendesk, scope: str, only: Client | None = None) -> SignIn:
    """Build the sign-in with all OAuth clients, with one of them (`only`), or else with the API token."""
    found = (only,) if only else clients(zendesk)
    if found:
        return ClientCredentials(zendesk.url, found, scope, life_s=zendesk.token_seconds)
    assert zendesk.email is not None  # the settings say so where no client is given
    assert zendesk.token is not None
    return ApiToken(zendesk.email, zendesk.token.get_secret_value())
