"""Calls one address for as long as all is well, so that somebody outside notices when the calls stop."""

import logging

import httpx

log = logging.getLogger(__name__)


class Heartbeat:
    """One address. It may hold a secret, so it is never logged."""

    def __init__(self, url: str, timeout: float = 5.0, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Keep the address; nothing is called yet."""
        self._url, self._timeout, self._transport = url, timeout, transport

    async def beat(self) -> bool:
        """Call it once and say whether that went well; a failure is nobody's but the listener's to notice."""
        try:
            async with httpx.AsyncClient(timeout=self._timeout, transport=self._transport) as client:
                answer = await client.get(self._url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("the heartbeat was not heard: %s", type(error).__name__)
            return False
        if not answer.is_success:
            log.warning("the heartbeat was answered with %s", answer.status_code)
        return answer.is_success
