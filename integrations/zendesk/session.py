"""HTTP session for Zendesk: one host, no retries, headers per call.

It knows nothing of tickets. zenpy would mount its own retries, which repeat a PUT up to four times.
"""

import io
import time
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as TransportError
from urllib3.util import Retry

HEADERS: ContextVar[Mapping[str, str]] = ContextVar("zendesk_headers", default=MappingProxyType({}))
"""Extra headers of this thread's current call; zenpy has no argument for them."""
API = "/api/v2/"
TOKENS = "/oauth/tokens"
"""Path of the token endpoint, beside the API.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""


class OneHost(requests.Session):
    """Session restricted to one host and base path, whatever URL it is given.

    Zendesk's responses hold absolute links to the next page, which zenpy follows with the credentials: only their path
    is used. An emulator therefore needs none of zenpy's process-wide environment variables.
    """

    door = API

    def __init__(self, url: str) -> None:
        """Take the account's URL, for example `https://mrd.zendesk.com`."""
        super().__init__()
        self.url = url.rstrip("/")
        self.headers["User-Agent"] = "ato-desk (zenpy)"
        # Two tries to connect, during which nothing is sent; an error after that is the queue's to repeat.
        # `total=0` would override `connect`. A 503 must come back with its Retry-After, not be waited for here.
        once = Retry(total=3, connect=2, read=0, status=0, other=0, respect_retry_after_header=False)
        for prefix in ("https://", "http://"):
            self.mount(prefix, HTTPAdapter(max_retries=once))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and raise for every response but success.

        A 429 must not reach zenpy: it would sleep in the thread, or fail on a fractional Retry-After.
        """
        kwargs["headers"] = {**(kwargs.get("headers") or {}), **HEADERS.get()}
        answer = self.sent(method, url, *args, **kwargs)
        if not 200 <= answer.status_code < 300:
            raise requests.HTTPError(f"Zendesk answered {answer.status_code}", response=answer)
        answer.request.url = str(url)  # zenpy knows its answers by the address it asked for
        return answer

    def sent(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send to our host without following redirects; return any response."""
        kwargs["allow_redirects"] = False
        return super().request(method, self._here(str(url)), *args, **kwargs)

    def _here(self, url: str) -> str:
        """Replace the host of a URL by ours; raises InvalidURL for a path outside the API."""
        parts = urlsplit(url)
        if not parts.path.startswith(self.door):
            raise requests.exceptions.InvalidURL("not an address of Zendesk's API")
        return f"{self.url}{parts.path}?{parts.query}" if parts.query else f"{self.url}{parts.path}"


class TokenDoor(OneHost):
    """Session for the token endpoint only. Errors are returned: their body says why.

    Other threads wait for the response, so time and size are limited in total: a timeout of `requests` counts from read
    to read only.
    """

    door = TOKENS
    within_s = 20.0
    most = 65_536
    """Total seconds and bytes for a response body."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send; raises only where no response arrives in time."""
        answer = self.sent(method, url, *args, **kwargs, stream=True)
        until, body = time.monotonic() + self.within_s, b""
        try:
            for part in answer.raw.stream(1024, decode_content=True):
                body += part
                if len(body) > self.most or time.monotonic() > until:
                    raise requests.ReadTimeout("the answer has no end", request=answer.request)
        except TransportError as broken:
            raise requests.ConnectionError(request=answer.request) from broken
        finally:
            answer.close()
        answer.raw = io.BytesIO(body)
        return answer
