"""MkDocs hooks: add the generated reference pages and list the decision records."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from tools.reference import commands_page, language_page, metrics_page

WRITTEN = {
    "reference/commands.md": commands_page,
    "reference/metrics.md": metrics_page,
    "reference/playbook-language.md": language_page,
}
"""Which page is written by what; none of them is kept in the repository, so none can go stale."""


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages."""
    for name, write in WRITTEN.items():
        files.append(File.generated(config, name, content=write()))
    return files


def on_config(config: Any) -> Any:
    """List the decision records in the navigation."""
    folder = Path(config["docs_dir"]) / "decisions"
    records: list[Any] = [f"decisions/{page.name}" for page in sorted(folder.glob("*.md"))]
    for part in config["nav"]:
        if "Explanation" in part:
            part["Explanation"].append({"Decisions": records})
    return config
