"""Responses to a modal submission: field errors, another page, or a final message."""

from desk.fields.redact_secrets import told
from desk.service.answer import Answer
from desk.values import Line, Person, Refusal, Text
from handlers.slack.door import Json, SlackDoor
from integrations.slack.codec.arrivals import Submission, Where
from integrations.slack.views.notes import note_view
from integrations.slack.views.sending import errors

NOT_DONE = Line(key="Not done")
DONE = Line(key="Done")


def tell_taken_out(answer: Answer, where: Where, person: Person, door: SlackDoor) -> None:
    """Tell a person privately which secrets were redacted from their text."""
    if answer.taken_out:
        door.later(door.tell(where, person, told(answer.taken_out)))


def update(view: Json) -> Json:
    """Build the response that shows another page: https://docs.slack.dev/surfaces/modals#updating_response"""
    return {"response_action": "update", "view": view}


def refused(refusal: Refusal, sent: Submission, person: Person, door: SlackDoor) -> Json:
    """Build the response to a refusal: errors at its fields, or a page where there is no field."""
    at_fields = errors(refusal, sent.blocks, lambda line: door.voice.plain(line, person))
    if at_fields:
        return {"response_action": "errors", "errors": at_fields}
    line = next((one.line for one in refusal.fields), refusal.line)
    return update(note(NOT_DONE, line, person, door))


def note(title: Line, line: Line, person: Person, door: SlackDoor, copy: tuple[Text, ...] = ()) -> Json:
    """Build a page that only shows a message."""
    heading, words = door.voice.plain(title, person), (door.voice.plain(line, person),)
    return note_view(heading, words, door.voice.say, person.language, copy)
