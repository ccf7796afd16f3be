"""Export of a field's rows as a sheet for a ticket. Pure."""

from desk.case.effects import Sheet
from desk.case.state import Case
from desk.fields.format import show_cell
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.values import in_language


def sheet_of(case: Case, playbook: Playbook, name: str | None) -> Sheet | None:
    """Return a field's rows as a sheet in the playbook's first language; None where there are none."""
    rows = case.value(name or "")
    if name is None or not isinstance(rows, list) or not rows:
        return None
    language, columns = playbook.languages[0], playbook.fields[name].columns
    return Sheet(
        name=f"{display(case, playbook)}-{name}",
        header=tuple(in_language(column.title, language) for column in columns.values()),
        rows=tuple(
            tuple(show_cell(row.get(column), language) for column in columns) for row in rows if isinstance(row, dict)
        ),
    )
