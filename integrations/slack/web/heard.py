"""Error translation around one API call."""

from collections.abc import Awaitable

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from desk.service.ports import TryAgain
from integrations.slack.web.errors import SYSTEM, translated, unreachable


async def heard(asked: Awaitable[AsyncSlackResponse], channel: str = "") -> AsyncSlackResponse:
    """Await a call, about a channel if it is about one. Raises TryAgain and GiveUp only."""
    try:
        return await asked
    except SlackApiError as error:
        raise translated(error, channel) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise unreachable(error) from error
    except AttributeError as error:  # slack_sdk's own, when a proxy answers 200 with plain text
        raise TryAgain(SYSTEM, "something that is not Slack answered") from error
