"""Runner of a live rehearsal: isolated steps in order, and cleanup in every case."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.zendesk_sign_in import signed_in
from config.settings import Settings
from desk.service.ports import GiveUp, TryAgain
from integrations.slack.posting.posts import opaque
from integrations.zendesk.scopes import PROVISION
from integrations.zendesk.sign_in import ClientCredentials
from ops.live import after_steps, oauth_steps, scope_steps, slack_steps, ticket_steps, trigger_steps
from ops.live.account import Account, Calls, Mint
from ops.live.assumptions import ALL
from ops.live.channel import Channel
from ops.live.cleaning import UNFORESEEN, clean
from ops.live.scene import Scene
from ops.live.verdicts import Findings, Left, LeftOut, Step, StepFailed, Verdict

NO_CHANNEL = "No --channel was given."
STOPPED = "stopped"


class _Act(NamedTuple):
    """A step: its name, its function, and the assumptions it tests."""

    name: str
    does: Callable[[Scene], str]
    shows: tuple[str, ...] = ()


_OF_TOKENS = (
    "mint-status",
    "mint-life-told",
    "current-any-scope",
    "current-keys",
    "delete-by-id",
    "scope-refusal",
    "scope-audits",
    "scope-incremental",
    "scope-search",
    *scope_steps.UNNAMED,
)
_OF_RULES = (
    "rule-form",
    "rule-brand",
    "rule-tags",
    "rule-group-changed",
    "rule-option-changed",
    "rule-option-tag",
    "rule-option-nested",
)
_OF_READ_RULES = ("rule-changed-value", "rule-stock-values", "rule-webhook-action")
ACTS: tuple[_Act, ...] = (
    _Act("sign in to Zendesk", oauth_steps.know_ourselves),
    _Act("find groups", ticket_steps.find_groups),
    _Act("look at ticket fields", ticket_steps.look_at_fields, ("tags-unique", "options-nested")),
    _Act(
        "make a ticket once",
        ticket_steps.make_once,
        ("once-miss", "once-hit", "once-other-body", "listed-at-once", "note-internal"),
    ),
    _Act("look at the export", ticket_steps.look_at_export, ("export-newest",)),
    _Act("write notes", ticket_steps.note, ("fresh-stamp", "stale-409")),
    _Act("move the ticket", ticket_steps.move, ("group-stays",)),
    _Act("read the ticket's history", ticket_steps.read_history, ("owner-acts", "audit-requester")),
    _Act("be refused tokens", oauth_steps.refused_mints, ("mint-bad-scope", "mint-bad-client")),
    _Act(
        "a token of the client's own scopes",
        oauth_steps.own_scopes,
        ("mint-life-unsent", "mint-scope-unsent", "delete-current"),
    ),
    _Act("a token that reads tickets", scope_steps.reading_token, _OF_TOKENS),
    _Act(
        "a token that writes tickets",
        scope_steps.writing_token,
        ("scope-uploads", "scope-write-fields", "scope-write-groups"),
    ),
    _Act(
        "a token for groups, brands and triggers",
        scope_steps.each_token,
        ("scope-groups", "scope-brands", "scope-categories", "scope-any-one"),
    ),
    _Act("a token as `ato serve` has it", scope_steps.serving_token, ("scope-serve",)),
    _Act("count the tokens", oauth_steps.count, ("mint-limit",)),
    _Act("follow a closed ticket up", after_steps.follow_up, ("follow-up-tags", "follow-up-source")),
    _Act("delete a ticket", after_steps.delete_one, ("show-many-gone",)),
    _Act("look at queues", after_steps.look_at_queues, ("no-queues",)),
    _Act("look at what triggers may say", trigger_steps.look_at_definitions, _OF_RULES),
    _Act("look at triggers", trigger_steps.look_at_rules, _OF_READ_RULES),
    _Act("look at webhooks", trigger_steps.look_at_webhooks, ("rule-webhook-kind",)),
    _Act("post a card", slack_steps.post, ("post-found-at-once",)),
    _Act("draw the card anew", slack_steps.draw, ("update-keeps-ts", "update-keeps-key", "update-not-edited")),
    _Act("reply in the thread", slack_steps.reply, ("reply-in-thread",)),
    _Act("delete the card", slack_steps.delete, ("delete-is-gone",)),
)


@dataclass
class Record:
    """Result of a rehearsal: verdicts, steps, leftovers."""

    steps: list[Step] = field(default_factory=list)
    verdicts: tuple[Verdict, ...] = ()
    left: tuple[Left, ...] = ()
    calls: dict[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        """Say whether every step ran and nothing is left behind."""
        return not self.left and all(one.state != "failed" for one in self.steps)


def rehearse(settings: Settings, channel: str | None, tell: Callable[[Step], None], record: Record) -> None:
    """Run every step and clean up; the record is complete even after an early end."""
    scene = _scene(settings, channel)
    try:
        with _stoppable():
            for act in ACTS:
                record.steps.append(_played(scene, act))
                tell(record.steps[-1])
    except KeyboardInterrupt:
        record.steps.append(Step(name=STOPPED, state="failed", words="Somebody stopped it."))
        tell(record.steps[-1])
    finally:
        record.left = clean(scene)
        record.verdicts = scene.findings.all()
        record.calls = dict(scene.calls.made)
        record.hidden = frozenset(scene.hidden)
        scene.close()


def _scene(settings: Settings, channel: str | None) -> Scene:
    zendesk, calls = settings.zendesk, Calls()
    sign_in = signed_in(zendesk, zendesk.provision_scopes or PROVISION)
    account = Account(zendesk.url, sign_in, calls)
    mint = Mint(zendesk.url, sign_in, calls) if isinstance(sign_in, ClientCredentials) else None
    scene = Scene(zendesk, account, mint, NO_CHANNEL, calls, Findings(ALL))
    if channel:
        scene.channel = Channel(settings.slack, channel, opaque(scene.key), calls)
    return scene


def _played(scene: Scene, act: _Act) -> Step:
    """Run one step; assumptions it did not reach are recorded with the reason."""
    why, state = "", "done"
    try:
        words = act.does(scene)
    except LeftOut as left:
        words, state = str(left), "left out"
    except (GiveUp, TryAgain, StepFailed) as wrong:
        words, state = str(wrong), "failed"
    except UNFORESEEN as wrong:
        words, state = f"An answer had a shape that nobody foresaw ({type(wrong).__name__}).", "failed"
    why = words if state != "done" else "What was answered did not show it."
    for name in act.shows:
        scene.findings.missed(name, why)
    return Step.model_validate({"name": act.name, "state": state, "words": words})


@contextmanager
def _stoppable() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that cleanup runs."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
