"""Canonical JSON (RFC 8785) of what the desk keeps. Pure; it gives the bytes the reference library gives.

The library walks every value in Python, and that was a fifth of what keeping a click costs. What holds only names in
ASCII, texts, small whole numbers, yes, no and nothing is written alike by the standard library in C; everything else,
such as a number with a fraction, goes the library's way.
"""

import json.encoder
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1


def dumps(value: Any) -> bytes:
    """Write a value canonically; raises ValueError for what no event can hold."""
    if type(value) is str:
        return encode_basestring(value).encode()
    if _plain(value):
        return "".join(_WRITE(value, 0)).encode()
    return rfc8785.dumps(value)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _writer() -> Callable[[Any, int], Iterable[str]]:
    """Give what `_ENCODER` makes anew for each value; where Python has no writer in C, what it falls back to."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return lambda value, _: _ENCODER.iterencode(value)
    made: Callable[[Any, int], Iterable[str]] = make(
        None, _ENCODER.default, encode_basestring, None, ":", ",", True, False, True
    )
    return made


_WRITE = _writer()


def _plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is dict:
        return all(map(_named, value)) and _all_plain(value.values())
    return (kind is list or kind is tuple) and _all_plain(value)


def _named(name: object) -> bool:
    return type(name) is str and name.isascii()


def _all_plain(values: Iterable[Any]) -> bool:
    for one in values:  # noqa: SIM110 - a generator takes twice the time
        if type(one) is not str and not _plain(one):
            return False
    return True
