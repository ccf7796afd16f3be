"""Where requests to Slack may go: Slack's own hosts, or the one host that stands in for Slack. Never where an answer leads.

Slack names addresses itself (where to upload, where to answer a click, where a file is), and a body or an answer that
is not Slack's could name any. The token goes along with some of them.
"""

from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp


class Elsewhere(aiohttp.ClientError):
    """A request would have gone to a host that is not Slack's. The address may be a secret and stays out of it."""


def is_slacks(url: str, api_url: str) -> bool:
    """Say whether an address is Slack's own, or on the host that stands in for Slack."""
    try:
        here, slack = urlsplit(url), urlsplit(api_url)
        host, port = here.hostname or "", here.port
    except ValueError:
        return False
    if (here.scheme, here.netloc) == (slack.scheme, slack.netloc):
        return True
    own = any(host == home or host.endswith(f".{home}") for home in {"slack.com", slack.hostname})
    return own and here.scheme == "https" and port in {None, 443} and "@" not in here.netloc


def fence(api_url: str, ours: Callable[[str, str], bool] = is_slacks) -> aiohttp.TraceConfig:
    """Make what holds a session to Slack's hosts: only what is `ours` is asked, and no redirect is followed."""

    async def started(_: aiohttp.ClientSession, __: SimpleNamespace, asked: aiohttp.TraceRequestStartParams) -> None:
        if not ours(str(asked.url), api_url):
            raise Elsewhere("not one of Slack's hosts")

    async def redirected(
        _: aiohttp.ClientSession, __: SimpleNamespace, asked: aiohttp.TraceRequestRedirectParams
    ) -> None:
        asked.response.close()
        raise Elsewhere("a redirect, which Slack's API never sends")

    found = aiohttp.TraceConfig()
    found.on_request_start.append(started)
    found.on_request_redirect.append(redirected)
    return found
