"""Questions and answers between the sender and the investigator of an escalation. Pure.

They are posted in the escalation's thread and added to the ticket.
"""

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import Effect, Offered, TellPeople
from desk.case.lanes import planned
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.fields.template_values import person
from desk.playbook.model import Playbook, Post
from desk.rules.notes import onto_ticket
from desk.values import Line
from desk.workflow.messages import message, said
from desk.workflow.permissions import only, works_here
from desk.workflow.refusals import Verdict, refuse

NOBODY = Line(key="Nothing was escalated yet, so there is nobody to ask. I have not changed anything.")
ASKS = "{who} asks {role}: {words}"
ANSWERS = "{who} answers {role}: {words}"


def asked_of(situation: Situation) -> Post | None:
    """Return the escalation that can be asked about."""
    return next(
        (
            post
            for name, post in situation.playbook.posts.items()
            if post.questions and name in situation.case.escalations
        ),
        None,
    )


def question(command: cmd.Question, draft: Draft) -> Verdict:
    """Put a question to the other side, or answer theirs."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    post = asked_of(draft.situation)
    if post is None or post.questions is None:
        return refuse(NOBODY)
    sides = (post.inbox, post.questions)
    if not command.by.roles & set(sides):
        return only(draft.playbook, sides)
    if not command.words.strip():
        return refuse(Line(key="Nothing is written."))
    to = _other(sides, command.by.roles, draft.case)
    draft.add(ev.QuestionPut(at=draft.now, by=command.by.id, to=to, words=said(command.words)))
    key = ASKS if to == post.questions else ANSWERS
    title, words = draft.playbook.roles[to].title, command.words.strip()[:1000]
    line = Line(key=key, args={"who": f"<@{command.by.id}>", "role": title, "words": words})
    effects = [*_tell(draft, post, to, line)]
    note = f"{person(command.by.id)} → {_plain(draft.playbook, to)}: {words}"
    number = sum(event.kind == "question_put" for event in draft.case.log)
    effects += onto_ticket(draft, f"question/{number}", note)
    return tuple(effects)


def _other(sides: tuple[str, str], roles: frozenset[str], case: Case) -> str:
    """Return the addressed side. A member of both sides answers the last speaker, or else asks."""
    asks, answers = sides
    last = next((event.to for event in reversed(case.log) if event.kind == "question_put"), asks)
    speaks = last if roles >= {asks, answers} else asks if asks in roles else answers
    return answers if speaks == asks else asks


def _plain(playbook: Playbook, role: str) -> str:
    title = playbook.roles[role].title
    return title.get(playbook.languages[0]) or next(iter(title.values()))


def _tell(draft: Draft, post: Post, to: str, line: Line) -> list[Effect]:
    """Post in the escalation's thread and in the addressee's inbox; each is mentioned once."""
    inboxes = dict.fromkeys((f"role:{post.inbox}", f"role:{to}"))
    found: list[Effect] = []
    for inbox in inboxes:
        here = inbox == f"role:{to}"
        told: TellPeople = message(draft, inbox, line, mention=(f"role:{to}",) if here else ())
        told = told.model_copy(update={"offers": (Offered(what="question"),) if here else ()})
        draft.add(planned(told, draft.now))
        found.append(told)
    return found
