"""Host allowlist for requests to Slack: Slack's own hosts, or the configured test host. No redirects.

Slack sends URLs itself (uploads, responses, files), and a forged body or response could name any. The token goes along
with some of these requests.
"""

from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp


class Elsewhere(aiohttp.ClientError):
    """A request to a host outside the allowlist. The URL may be a secret and is left out."""


def is_slacks(url: str, api_url: str) -> bool:
    """Return whether a URL is on Slack's own hosts, or on the test host."""
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
    """Build a trace config that restricts a session to URLs that are `ours` and rejects redirects."""

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
