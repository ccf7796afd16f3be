"""Rules about texts: template names exist, translations are complete, nothing is unused."""

from collections.abc import Callable, Iterator

from config.rules.finding import Finding, asks, conditions, texts, walk
from desk.fields.templates import names_in
from desk.playbook.model import Playbook, PostItem
from desk.playbook.parts import RequesterChoice, TicketPlan

SHORT = 75
"""Maximum characters of a button: https://docs.slack.dev/reference/block-kit/block-elements/button-element."""


def templates(builtins: frozenset[str]) -> Callable[[Playbook], Iterator[Finding]]:
    """Build the rule that every `{name}` is a field or one of the desk's own names."""

    def rule(playbook: Playbook) -> Iterator[Finding]:
        done = (f"{step}_{what}" for step in playbook.steps for what in ("at", "by"))
        known = (*playbook.fields, *sorted(builtins), *done)
        for where, text in texts(playbook):
            for words in text.values():
                try:
                    unknown = [name for name in names_in(words) if name not in known]
                except ValueError as wrong:
                    yield Finding(where, f"the text cannot be read: {wrong}")
                    continue
                for name in unknown:
                    yield Finding(where, f"there is no field “{name}” to put into this text", name, known)

    return rule


def never_kept(playbook: Playbook) -> Iterator[Finding]:
    """Report fields that are compared without being stored, and are needed later."""
    kept_out = {name for name, field in playbook.fields.items() if field.compared}
    shown = _in_texts(playbook) | _posted(playbook) | set(playbook.summary)
    for name in sorted(kept_out & shown):
        yield Finding(
            ("fields", name),
            f"“{name}” is compared and never kept, so it cannot be shown later",
            key=True,
        )


def _names(words: str) -> tuple[str, ...]:
    try:
        return names_in(words)
    except ValueError:
        return ()


def languages(playbook: Playbook) -> Iterator[Finding]:
    """Report texts that lack one of the playbook's languages; for a text read to a customer it is an error."""
    for where, text in texts(playbook):
        if not any(text.values()):
            continue  # an empty line of a ticket is one in every language
        for language in playbook.languages:
            if not text.get(language, "").strip():
                spoken = where[0] in {"texts", "posts"}
                yield Finding(where, f"these words are missing in “{language}”", warning=not spoken)
        for language in text:
            if language not in playbook.languages:
                yield Finding(
                    where,
                    f"“{language}” is not a language of this playbook",
                    language,
                    playbook.languages,
                )


def _known(playbook: Playbook) -> set[str | None]:
    """Return the fields that are asked for, have a default, or are filled from a ticket's author."""
    asked = {ask.field for step in playbook.steps.values() for _, ask in asks(step)}
    defaults = {name for name, field in playbook.fields.items() if field.default is not None}
    wrote = playbook.disputes.wrote if playbook.disputes else None
    return asked | defaults | ({wrote.email, wrote.phone} if wrote else set())


def unused(playbook: Playbook) -> Iterator[Finding]:
    """Report unused definitions (warnings), and fields that nobody asks for."""
    asked, shown = _known(playbook), _shown(playbook)
    for name in (one for one in playbook.fields if one not in asked):
        if name in shown:
            what = f"“{name}” is shown or looked at, but no step asks for it"
            yield Finding(("fields", name), what, key=True)
        else:
            yield Finding(("fields", name), f"no step asks for “{name}”", warning=True, key=True)
    for name in set(playbook.texts) - _said(playbook):
        yield Finding(("texts", name), f"no step says or shows “{name}”", warning=True, key=True)
    posted = {part.posts for step in playbook.steps.values() for part in step.parts.values()}
    for name in set(playbook.posts) - posted:
        yield Finding(("posts", name), f"no part posts “{name}”", warning=True, key=True)
    yield from _unused_endings(playbook)


def _unused_endings(playbook: Playbook) -> Iterator[Finding]:
    chosen = {o.ends for step in playbook.steps.values() for o in step.outcomes.values()}
    ends = chosen | {"completed", "merged"} | set(playbook.cancels)
    for name in set(playbook.endings) - ends:
        yield Finding(("endings", name), f"no outcome ends with “{name}”", warning=True, key=True)
    worn = {role.calendar for role in playbook.roles.values()}
    for name in set(playbook.calendars) - worn:
        yield Finding(("calendars", name), f"no role works by “{name}”", warning=True, key=True)


def _said(playbook: Playbook) -> set[str]:
    found: set[str] = set()
    for step in playbook.steps.values():
        found.update(step.says, step.shows)
        for outcome in step.outcomes.values():
            found.update(outcome.says, outcome.shows)
        for part in step.parts.values():
            found.update(part.says)
    return found


def _shown(playbook: Playbook) -> set[str]:
    """Return every field that is used."""
    found = _in_texts(playbook) | _posted(playbook) | set(playbook.summary)
    for _, condition in conditions(playbook):
        found |= set(condition.field) | set(condition.known)
    found |= {choice.field for _, choice in walk(playbook, RequesterChoice)}
    return found | {plan.link for _, plan in walk(playbook, TicketPlan) if plan.link}


def _in_texts(playbook: Playbook) -> set[str]:
    """Return the fields that texts name."""
    return {name for _, text in texts(playbook) for words in text.values() for name in _names(words)}


def _posted(playbook: Playbook) -> set[str]:
    """Return the fields of posts: their items and what stands in their thread."""
    items = {name for _, item in walk(playbook, PostItem) for name in item.names}
    return items | {name for post in playbook.posts.values() for name in post.thread}


def buttons(playbook: Playbook) -> Iterator[Finding]:
    """Report titles that do not fit on a button."""
    for name, step in playbook.steps.items():
        for outcome_name, outcome in step.outcomes.items():
            for words in (*outcome.title.values(), *(outcome.more or {}).values()):
                if len(words) > SHORT:
                    where = ("steps", name, "outcomes", outcome_name, "title")
                    yield Finding(where, f"a button holds {SHORT} characters, this title has {len(words)}")
