"""A stage that is lent to one file of tests after the other: starting over takes less than a stage of one's own."""

from ops.stage import Stage


class Lent:
    """A stage in the hands of one file, which finds the first day: seeds, an empty database, a bot that knows nothing."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._taken = stage, False

    def fresh(self, extra: dict[str, str] | None = None, command: list[str] | None = None) -> Stage:
        """Give the stage with a bot of these settings, once. Whatever the file before left is gone, the bot's log too."""
        assert not self._taken, "this file has the stage already, with cases in it"
        self._taken = True
        built = self._stage
        if built.bot:
            built.bot.stop()
            built.bot.log.unlink(missing_ok=True)
        built.extra = dict(extra or {})
        built.start_over(command)
        return built
