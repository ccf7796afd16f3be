"""Link to a customer's profile search in Admin, from a URL template."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Links:
    """Fills `{query}` in a template such as `https://admin.example/search?q={query}`; without one there is no link."""

    template: str = ""

    def to(self, query: str) -> str:
        """Return the link for a name, an email address or a number."""
        return self.template.replace("{query}", quote(query.strip(), safe=""))
