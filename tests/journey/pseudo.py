"""A language that nobody speaks, in the place of Italian: every letter of the desk's own words is a wide one.

What is read in it and still has an ordinary letter came from somewhere else: a name, an answer, or a sentence that
never went through a catalogue. The sentences are those that the desk can say, the texts those of the playbook.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import ascii_letters
from typing import Any

import yaml

from config.load import PLAYBOOKS
from config.marks import read
from ops.catalogue import sentences, written

Json = dict[str, Any]

_VALUE = re.compile(r"(\$?\{\w+\})")
_WIDE = {ord(letter): chr(ord(letter) - 0x21 + 0xFF01) for letter in ascii_letters}
_ORDINARY = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+")
_MARKUP = re.compile(
    r"<!date\^[^>]*>|<[@#!][^>]*>|<https?:[^>|]*>|https?://\S+|&\w+;|[\w.+-]+@[\w.-]+|\[ato-[0-9a-f]+\]|/ato\b"
)
_UNSEEN = re.compile("[\u200b\u2060\ufeff]")
_LINK = re.compile(r"<https?:[^>|]*\|([^>]*)>")


def pseudo(words: str) -> str:
    """Write words in wide letters; the names of values stay."""
    bare = "".join(c for c in unicodedata.normalize("NFD", words) if not unicodedata.combining(c))
    return "".join(piece if at % 2 else piece.translate(_WIDE) for at, piece in enumerate(_VALUE.split(bare)))


def write_pseudo(folder: Path) -> tuple[Path, Path]:
    """Write a catalogue and the Qualia playbook in this language; give the two folders."""
    locales, playbooks = folder / "locales", folder / "playbooks"
    catalogue = locales / "it" / "LC_MESSAGES" / "ato.po"
    catalogue.parent.mkdir(parents=True)
    found = sentences()
    catalogue.write_text(written("it", {words: pseudo(words) for words in found}, found), "utf-8")
    playbooks.mkdir()
    data, _ = read(PLAYBOOKS / "qualia_connect.yaml")
    words = yaml.safe_dump(_in_pseudo(data), allow_unicode=True, sort_keys=False, width=1000)
    (playbooks / "qualia_connect.yaml").write_text(words, "utf-8")
    return locales, playbooks


def _in_pseudo(data: Any) -> Any:
    if isinstance(data, dict) and isinstance(data.get("it"), str):
        return {**data, "it": pseudo(data["it"])}
    if isinstance(data, dict):
        return {key: _in_pseudo(one) for key, one in data.items()}
    return [_in_pseudo(one) for one in data] if isinstance(data, list) else data


# What people read -------------------------------------------------------------------------------

_WORDS = frozenset({"text", "title", "subject", "body", "html_body", "filename", "initial_comment", "alt_text"})


def read_by_people(entry: Json) -> Iterator[str]:
    """Give the words people read of one entry of the sandbox's log: what the bot sent, or what it answered."""
    if entry["system"] == "slack->bot":
        yield from _words(_json(entry["answer"]))
    elif entry["system"] == "slack" or (
        entry["system"] == "zendesk" and entry["call"].split(" ")[0] in {"POST", "PUT"}
    ):
        yield from _words(_json(entry["body"]))


def _json(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return yaml.safe_load(value) if value.startswith(("{", "[")) else None
        except yaml.YAMLError:
            return None
    return value


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    if not isinstance(value, dict):
        return
    for name, one in value.items():
        if isinstance(one, str) and name in _WORDS:
            yield one
        elif name == "errors" and isinstance(one, dict):
            yield from map(str, one.values())
        elif name not in {"metadata", "private_metadata", "state"}:
            yield from _words(one)


def foreign(words: str, data: Iterable[str]) -> list[str]:
    """List the ordinary words among what somebody reads that are neither markup nor among these data."""
    bare = _MARKUP.sub(" ", _LINK.sub(r" \1 ", _UNSEEN.sub("", words)))
    for one in sorted(data, key=len, reverse=True):
        bare = re.sub(rf"(?<![A-Za-zÀ-ÿ]){re.escape(one)}(?![A-Za-zÀ-ÿ])", " ", bare)
    return _ORDINARY.findall(bare)
