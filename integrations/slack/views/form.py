"""A form of the desk as a Slack modal: what to say first, then what to ask. Pure.

What does not depend on the case is drawn once per page and language and kept; answers are put in per call.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.forms import Choice, Form
from desk.playbook import Playbook
from desk.texts import Say
from desk.values import Fill, Line, Refusal, Text, in_language
from integrations.slack.meta import NONE, PICK_OUTCOME, PICK_PLAYBOOK, FormMeta, write_meta
from integrations.slack.views.inputs import (
    NOT_IN_SOP,
    Block,
    answer_of,
    answered,
    cut,
    option,
    plain,
    question,
)

FORM, HAND, CHOOSE, NOTE = "form", "hand", "choose", "note"
"""The callback ids of our modals."""

NEXT = Line(key="Next")
SAVE = Line(key="Save")
SEND = Line(key="Send")
CLOSE = Line(key="Close")
SAY_NOW = Line(key="Say now")
WHAT_HAPPENED = Line(key="What is the answer?")
WHICH_PLAYBOOK = Line(key="Which procedure?")
NEW_CASE = Line(key="New case")
BY_HAND = Line(key="Done by hand")
BY_HAND_WHERE = Line(key="Where can it be seen? A ticket number or a link.")
NOTHING_ASKED = Line(key="Nothing has to be asked here. Send it to go on.")

_NO_ANSWERS: Mapping[str, Fill] = {}


@dataclass(frozen=True)
class _Page:
    """A drawn page, and the form it was drawn from: another version of the playbook is another page."""

    form: Form
    title: Block
    blocks: tuple[Block, ...]


class Forms:
    """Draws forms. It holds the pages drawn lately, and no answers."""

    def __init__(self, say: Say, most: int = 256) -> None:
        """Keep how to say things and how many pages to hold."""
        self._say, self._most = say, most
        self._pages: OrderedDict[tuple[object, ...], _Page] = OrderedDict()
        self.drawn = 0
        """How many pages were drawn: a page that was held does not count."""

    def view(
        self, form: Form, meta: FormMeta, language: str, *, submit: Line = SAVE,
        typed: Mapping[str, Fill] = _NO_ANSWERS,
    ) -> Block:  # fmt: skip
        """Give the modal; what was typed so far wins over what the case knows."""
        page = self._page(form, language)
        answers = {one.name: typed.get(one.name) or answer_of(one.known) for one in form.inputs}
        head = [_context(form.display)] if form.display else []
        return {
            "type": "modal",
            "callback_id": FORM,
            "title": page.title,
            "submit": plain(self._submit(submit, language), 24),
            "close": plain(self._say(CLOSE, language, "UTC"), 24),
            "private_metadata": write_meta(meta),
            "notify_on_close": meta.flow,
            "blocks": [*head, *(_with_answer(block, answers) for block in page.blocks)],
        }

    def _submit(self, submit: Line, language: str) -> str:
        words = self._say(submit, language, "UTC")
        return words if len(words) <= 24 else self._say(SEND, language, "UTC")

    def _page(self, form: Form, language: str) -> _Page:
        key = (
            form.playbook,
            form.step,
            form.part,
            form.chosen,
            len(form.choices),
            form.occurrence,
            language,
        )
        held = self._pages.get(key)
        if held is None or not _alike(held.form, form):
            held = self._pages[key] = _draw(form, self._say, language)
            self.drawn += 1
        self._pages.move_to_end(key)
        if len(self._pages) > self._most:
            self._pages.popitem(last=False)
        return held


def _alike(one: Form, other: Form) -> bool:
    """Say whether two forms differ in their answers only. Same objects compare at once."""
    return (
        (one.title, one.says, one.shows, one.choices, one.sop)
        == (other.title, other.says, other.shows, other.choices, other.sop)
        and len(one.inputs) == len(other.inputs)
        and all(
            a.optional == b.optional
            and a.name == b.name
            and (a.field is b.field or a.field == b.field)
            for a, b in zip(one.inputs, other.inputs, strict=True)
        )
    )


def _draw(form: Form, say: Say, language: str) -> _Page:
    title, where = in_language(form.title, language), place(form)
    blocks: list[Block] = (
        [] if len(title) <= 24 else [{"type": "header", "text": plain(title, 150)}]
    )
    blocks += [] if form.sop else [_context(say(NOT_IN_SOP, language, "UTC"))]
    blocks += _say_now(form.says, say, language)
    blocks += [_context(in_language(text, language)) for text in form.shows]
    blocks += _outcomes(form, where, say, language)
    for one in form.inputs:
        blocks += question(one, where, say, language)
    blocks = blocks or [_section(say(NOTHING_ASKED, language, "UTC"))]
    return _Page(form, plain(title, 24), tuple(blocks))


def place(form: Form) -> str:
    """Name the page a question stands on, so that the same field elsewhere starts anew."""
    return ".".join(
        filter(None, [form.step, form.part, str(form.occurrence) if form.occurrence > 1 else ""])
    )


def _say_now(says: tuple[Text, ...], say: Say, language: str) -> list[Block]:
    if not says:
        return []
    heading = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"*{say(SAY_NOW, language, 'UTC')}*"},
    }
    words = [in_language(text, language) for text in says]
    pieces = [text[at : at + 3000] for text in words for at in range(0, len(text), 3000)]
    return [heading, *(_section(piece) for piece in pieces), {"type": "divider"}]


def _outcomes(form: Form, where: str, say: Say, language: str) -> list[Block]:
    if len(form.choices) < 2:
        return [_section(in_language(one.title, language)) for one in form.choices]
    block = _radio(PICK_OUTCOME, where, form.choices, say(WHAT_HAPPENED, language, "UTC"), language)
    chosen = [one for one in block["element"]["options"] if one["value"] == form.chosen]
    return (
        [{**block, "element": {**block["element"], "initial_option": chosen[0]}}]
        if chosen
        else [block]
    )


def _radio(what: str, where: str, choices: tuple[Choice, ...], label: str, language: str) -> Block:
    options = [option(one.name, one.title, language) for one in choices[:100]]
    kind = "radio_buttons" if len(options) <= 10 else "static_select"
    element = {"type": kind, "action_id": what, "options": options}
    return {
        "type": "input", "block_id": f"{what}@{where}", "dispatch_action": True,
        "label": plain(label, 2000), "element": element, "optional": False,
    }  # fmt: skip


def _with_answer(block: Block, answers: Mapping[str, Fill]) -> Block:
    if block["type"] != "input":
        return block
    name = str(block["block_id"]).partition("@")[0].removesuffix(NONE)
    fill = answers.get(name)
    return answered(block, fill) if fill else block


def _section(words: str) -> Block:
    return {"type": "section", "text": plain(words)}


def _context(words: str) -> Block:
    return {"type": "context", "elements": [plain(words)]}


def submit_line(playbook: Playbook, form: Form) -> Line:
    """Say what sending this form leads to: the same role's next page, another role, or only a saved answer."""
    owner = playbook.steps[form.step].owner
    owners = [] if form.part else _owners_after(playbook, form.step, set())
    if owner in owners:
        return NEXT
    return (
        Line(key="Send to {role}", args={"role": playbook.roles[owners[0]].title})
        if owners
        else SAVE
    )


def _owners_after(playbook: Playbook, step: str, seen: set[str]) -> list[str]:
    """List who owns what comes after a step; what the desk does by itself is looked through."""
    found: list[str] = []
    for name, spec in playbook.steps.items():
        if step in spec.after and name not in seen:
            seen.add(name)
            found += _owners_after(playbook, name, seen) if spec.automatic else [spec.owner]
    return found


def errors(
    refusal: Refusal, blocks: Mapping[str, str], words: Callable[[Line], str]
) -> dict[str, str]:
    """Put a refusal at its fields, by the blocks of the view that was sent; what has no field stands at the first.

    Empty when the view has no input: then the refusal needs a view of its own.
    """
    found = {blocks[one.field]: words(one.line) for one in refusal.fields if one.field in blocks}
    elsewhere = next(iter(blocks.values()), None)
    return {elsewhere: words(refusal.line)} if elsewhere and not found else found


def note_view(title: str, words: tuple[str, ...], say: Say, language: str) -> Block:
    """Give a modal that only says something."""
    return {
        "type": "modal", "callback_id": NOTE, "title": plain(title, 24),
        "close": plain(say(CLOSE, language, "UTC"), 24), "blocks": [_section(one) for one in words],
    }  # fmt: skip


def hand_view(meta: FormMeta, say: Say, language: str) -> Block:
    """Give the modal in which somebody says where work done by hand can be seen."""
    block = {
        "type": "input", "block_id": "reference@hand", "optional": True,
        "label": plain(say(BY_HAND_WHERE, language, "UTC"), 2000),
        "element": {"type": "plain_text_input", "action_id": "reference", "max_length": 300},
    }  # fmt: skip
    return _modal(HAND, BY_HAND, meta, [block], say, language)


def choose_view(
    meta: FormMeta, playbooks: Mapping[str, Playbook], say: Say, language: str
) -> Block:
    """Give the modal in which somebody who works with several playbooks chooses one."""
    choices = tuple(Choice(name, playbook.title) for name, playbook in playbooks.items())
    label = say(WHICH_PLAYBOOK, language, "UTC")
    return _modal(
        CHOOSE,
        NEW_CASE,
        meta,
        [_radio(PICK_PLAYBOOK, "new", choices, label, language)],
        say,
        language,
    )


def _modal(
    kind: str, title: Line, meta: FormMeta, blocks: list[Block], say: Say, language: str
) -> Block:
    return {
        "type": "modal", "callback_id": kind, "title": plain(cut(say(title, language, "UTC"), 24)),
        "submit": plain(say(SAVE, language, "UTC"), 24), "close": plain(say(CLOSE, language, "UTC"), 24),
        "private_metadata": write_meta(meta), "blocks": blocks,
    }  # fmt: skip
