"""Heartbeat client: calls a monitor's URL while all is well, so that silence raises an alarm outside."""

import logging

import httpx

log = logging.getLogger(__name__)


class Heartbeat:
    """The monitor's URL. It may hold a secret, so it is never logged."""

    def __init__(self, url: str, timeout: float = 5.0, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url, self._timeout, self._transport = url, timeout, transport

    async def beat(self) -> bool:
        """Call the URL once; return whether it succeeded. An error is left to the monitor."""
        try:
            async with httpx.AsyncClient(timeout=self._timeout, transport=self._transport) as client:
                answer = await client.get(self._url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("the heartbeat was not heard: %s", type(error).__name__)
            return False
        if not answer.is_success:
            log.warning("the heartbeat was answered with %s", answer.status_code)
        return answer.is_success
