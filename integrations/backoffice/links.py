"""The link with which a person looks a customer up in Admin. It knows one template and nothing of what it leads to."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Links:
    """Fills `{query}` of a template such as `https://admin.example/search?q={query}`; without one there is no link."""

    template: str = ""

    def to(self, query: str) -> str:
        """Give the link for a name, an email address or a number."""
        return self.template.replace("{query}", quote(query.strip(), safe=""))
