"""Case timeline as a static HTML page: no script, no link, nothing loaded. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from integrations.store.audit import Evidence
from integrations.store.chain import Kept

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{name}: evidence</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border-bottom: 1px solid #bbb; padding: .4rem .6rem; text-align: left; vertical-align: top; }}
pre {{ margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
code {{ font-size: 11px; overflow-wrap: anywhere; }}
.bad {{ background: #fdd; }}
</style></head><body>
<h1>{name}</h1>
<p>{verdict}</p>
<table><thead><tr><th>#</th><th>UTC, and in {zone}</th><th>Who</th><th>What happened</th><th>SHA-256</th></tr></thead>
<tbody>
{rows}
</tbody></table>
</body></html>
"""
_ROW = (
    "<tr{bad}><td>{seq}</td><td>{at}<br>{local}</td><td>{by}</td>"
    "<td><b>{kind}</b><pre>{data}</pre></td><td><code>{hash}</code></td></tr>"
)


def timeline(name: str, evidence: Evidence, zone: str, values: Mapping[str, Any] | None = None) -> str:
    """Render the page; `values` replaces references to personal values."""
    wrong = evidence.broken
    verdict = (
        f"Not whole. Event {wrong.seq}: {wrong.what}."
        if wrong
        else f"{len(evidence.kept)} events, whole. {evidence.erased} personal values erased."
    )
    rows = (_row(one, zone, values or {}, wrong.seq if wrong else 0) for one in evidence.kept)
    return _PAGE.format(name=escape(name), verdict=escape(verdict), zone=escape(zone), rows="\n".join(rows))


def _row(one: Kept, zone: str, values: Mapping[str, Any], wrong: int) -> str:
    link = one.link
    data = link.body.get("data", {}) if isinstance(link.body, dict) else {"unreadable": True}
    told = {key: _told(value, values) for key, value in data.items() if key != "by"}
    return _ROW.format(
        seq=link.seq,
        at=escape(str(link.at)),
        local=escape(_local(str(link.at), zone)),
        by=escape(str(data.get("by", ""))),
        kind=escape(link.kind.replace("_", " ")),
        data=escape(json.dumps(told, indent=1, ensure_ascii=False)),
        hash=escape(one.hash),
        bad=' class="bad"' if link.seq == wrong else "",
    )


def _told(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_told(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"vault"}:
        return values.get(str(value["vault"]), {"personal": "not shown"})
    return {name: _told(one, values) for name, one in value.items()}


def _local(at: str, zone: str) -> str:
    try:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")
    except ValueError:
        return ""
