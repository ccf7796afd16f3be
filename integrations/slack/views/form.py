"""Form modal: what to say first, then what to ask. Pure.

Everything independent of the case is rendered once per page and language and cached; answers are filled in per call.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from desk.cards.forms import Choice, Form
from desk.fields.templates import Say
from desk.playbook.model import Playbook
from desk.values import Fill, Line, Text, in_language
from integrations.slack.codec.meta import NONE, PICK_OUTCOME, PICK_PLAYBOOK, FormMeta, write_meta
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

FORM, HAND, CHOOSE = "form", "hand", "choose"
"""Callback ids of the form modals."""

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
    """A cached page, with the form it was rendered from: another version of the playbook is another page."""

    form: Form
    title: Block
    blocks: tuple[Block, ...]


class Forms:
    """Renders forms. It caches recent pages, and no answers."""

    def __init__(self, say: Say, most: int = 256) -> None:
        """Take the translator and the maximum number of cached pages."""
        self._say, self._most = say, most
        self._pages: OrderedDict[tuple[object, ...], _Page] = OrderedDict()
        self.drawn = 0
        """Number of pages rendered; cache hits do not count."""

    def view(
        self,
        form: Form,
        meta: FormMeta,
        language: str,
        *,
        submit: Line = SAVE,
        typed: Mapping[str, Fill] = _NO_ANSWERS,
    ) -> Block:
        """Render the modal; what was typed so far overrides the facts of the case."""
        page = self._page(form, language)
        answers = {one.name: typed.get(one.name) or answer_of(one.known) for one in form.inputs}
        head = [aside_line(form.display)] if form.display else []
        return {
            "type": "modal",
            "callback_id": FORM,
            "title": page.title,
            "submit": plain(self._submit(submit, language), 24),
            "close": plain(self._say(CLOSE, language, "UTC"), 24),
            "private_metadata": write_meta(meta),
            "notify_on_close": meta.flow,
            "blocks": [*head, *(with_answer(block, answers) for block in page.blocks)],
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
    """Return whether two forms differ in their answers only. Identical objects compare at once."""
    return (
        (one.title, one.says, one.shows, one.choices, one.sop)
        == (other.title, other.says, other.shows, other.choices, other.sop)
        and len(one.inputs) == len(other.inputs)
        and all(
            a.optional == b.optional and a.name == b.name and (a.field is b.field or a.field == b.field)
            for a, b in zip(one.inputs, other.inputs, strict=True)
        )
    )


def _draw(form: Form, say: Say, language: str) -> _Page:
    title, where = in_language(form.title, language), place(form)
    blocks: list[Block] = [] if len(title) <= 24 else [{"type": "header", "text": plain(title, 150)}]
    blocks += [] if form.sop else [aside_line(say(NOT_IN_SOP, language, "UTC"))]
    blocks += say_now(form.says, say, language)
    blocks += [aside_line(in_language(text, language)) for text in form.shows]
    blocks += _outcomes(form, where, say, language)
    for one in form.inputs:
        blocks += question(one, where, say, language)
    blocks = blocks or [paragraph(say(NOTHING_ASKED, language, "UTC"))]
    return _Page(form, plain(title, 24), tuple(blocks))


def place(form: Form) -> str:
    """Return the page id of a question, so that the same field on another page starts empty."""
    return ".".join(filter(None, [form.step, form.part, str(form.occurrence) if form.occurrence > 1 else ""]))


def say_now(says: tuple[Text, ...], say: Say, language: str) -> list[Block]:
    """Render word for word what to say to the customer."""
    if not says:
        return []
    heading = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"*{say(SAY_NOW, language, 'UTC')}*"},
    }
    words = [in_language(text, language) for text in says]
    pieces = [text[at : at + 3000] for text in words for at in range(0, len(text), 3000)]
    return [heading, *(paragraph(piece) for piece in pieces), {"type": "divider"}]


def _outcomes(form: Form, where: str, say: Say, language: str) -> list[Block]:
    aside = say(NOT_IN_SOP, language, "UTC")
    if len(form.choices) < 2:
        shown = [(one, paragraph(in_language(one.title, language))) for one in form.choices]
        return [block for one, drawn in shown for block in (drawn, *([] if one.sop else [aside_line(aside)]))]
    label = say(WHAT_HAPPENED, language, "UTC")
    block = _radio(PICK_OUTCOME, where, form.choices, label, language, aside)
    chosen = [one for one in block["element"]["options"] if one["value"] == form.chosen]
    return [{**block, "element": {**block["element"], "initial_option": chosen[0]}}] if chosen else [block]


def _radio(what: str, where: str, choices: tuple[Choice, ...], label: str, language: str, aside: str = "") -> Block:
    """Render a choice; `aside` marks it as not in the procedure."""
    options = [option(one.name, one.title, language, "" if one.sop else aside) for one in choices[:100]]
    kind = "radio_buttons" if len(options) <= 10 else "static_select"
    element = {"type": kind, "action_id": what, "options": options}
    return {
        "type": "input",
        "block_id": f"{what}@{where}",
        "dispatch_action": True,
        "label": plain(label, 2000),
        "element": element,
        "optional": False,
    }


def with_answer(block: Block, answers: Mapping[str, Fill]) -> Block:
    """Return a block with its answer filled in, if it has one."""
    if block["type"] != "input":
        return block
    name = str(block["block_id"]).partition("@")[0].removesuffix(NONE)
    fill = answers.get(name)
    return answered(block, fill) if fill else block


def paragraph(words: str) -> Block:
    """Build a paragraph of plain text."""
    return {"type": "section", "text": plain(words)}


def aside_line(words: str) -> Block:
    """Build a context line (small print)."""
    return {"type": "context", "elements": [plain(words)]}


def hand_view(meta: FormMeta, say: Say, language: str) -> Block:
    """Build the modal that asks where work done by hand can be seen."""
    block = {
        "type": "input",
        "block_id": "reference@hand",
        "optional": True,
        "label": plain(say(BY_HAND_WHERE, language, "UTC"), 2000),
        "element": {"type": "plain_text_input", "action_id": "reference", "max_length": 300},
    }
    return modal(HAND, BY_HAND, meta, [block], say, language)


def choose_view(meta: FormMeta, playbooks: Mapping[str, Playbook], say: Say, language: str) -> Block:
    """Build the modal in which somebody who works with several playbooks chooses one."""
    choices = tuple(Choice(name, _branded(playbook)) for name, playbook in playbooks.items())
    label = say(WHICH_PLAYBOOK, language, "UTC")
    return modal(
        CHOOSE,
        NEW_CASE,
        meta,
        [_radio(PICK_PLAYBOOK, "new", choices, label, language)],
        say,
        language,
    )


def _branded(playbook: Playbook) -> Text:
    return {one: f"{playbook.brand}: {words}" for one, words in playbook.title.items()}


def modal(kind: str, title: Line, meta: FormMeta, blocks: list[Block], say: Say, language: str) -> Block:
    """Build a modal that is no step's form."""
    return {
        "type": "modal",
        "callback_id": kind,
        "title": plain(cut(say(title, language, "UTC"), 24)),
        "submit": plain(say(SAVE, language, "UTC"), 24),
        "close": plain(say(CLOSE, language, "UTC"), 24),
        "private_metadata": write_meta(meta),
        "blocks": blocks,
    }
