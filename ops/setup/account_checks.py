"""Account check of `ato doctor`: whether the database's tickets are in the Zendesk account of the settings."""

from bot.tickets import tickets_of
from config.settings import Settings
from desk.service.ports import StoreGone
from desk.service.ticket_account import check
from integrations.store.accounts import StoredAccounts
from integrations.store.cases import StoredCases
from integrations.store.current import is_current
from integrations.store.desk_name import check_name
from integrations.store.engine import open_database
from integrations.store.starting import CannotStart
from integrations.store.vault import Vault
from ops.setup.verdicts import Verdict, broken, good, unknown

ACCOUNT = "zendesk account"


async def verdicts(settings: Settings) -> list[Verdict]:
    """Compare the database's account with the settings; a database that is not this version's is said elsewhere."""
    url = settings.database_url.get_secret_value()
    if not is_current(url):
        return []
    try:
        desks = check_name(url, settings.name)
    except CannotStart:
        return []
    database, tickets = open_database(url), tickets_of(settings.zendesk, desks)
    keys = [key.decode() for key in settings.vault.fernet_keys]
    cases = StoredCases(database, Vault(keys, settings.vault.digest_key.get_secret_value()))
    try:
        standing = await check(tickets.account, StoredAccounts(database), cases, tickets)
    except StoreGone:
        return []
    finally:
        tickets.close()
        await database.close()
    if standing.state == "ok":
        return [good(ACCOUNT, f"The database's tickets are in the account {tickets.account}.")]
    what, _, cure = standing.words.partition(" Set the address ")
    if standing.state == "wrong":
        return [broken(ACCOUNT, what, f"Set the address {cure}")]
    return [unknown(ACCOUNT, standing.words, "See whether Zendesk answers, and try again.")]
