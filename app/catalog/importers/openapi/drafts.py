"""Cases while they are being made from operations."""

from dataclasses import dataclass, field
from typing import Any

from app.catalog.importers.openapi.references import find_text, get_list, join_pointer
from app.catalog.models import Method
from app.engine.json_values import JsonObject

DEFAULT_SUITE = "API"
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation with the parameters of its path, all references of it resolved at the top."""

    method: Method
    path: str
    place: str
    document: JsonObject
    parameters: tuple[JsonObject, ...]
    server: str | None = None

    @property
    def address(self) -> str:
        """Return its path; the whole address when it is on a server of its own."""
        return f"{self.server}{self.path}" if self.server else self.path

    @property
    def origin(self) -> str:
        """Return the name by which it is known in the document's next version."""
        return f"{self.method} {self.path}"

    @property
    def suite(self) -> str:
        """Return the first tag."""
        tags = get_list(self.document, "tags")
        return str(tags[0]).strip()[:LONGEST_NAME] or DEFAULT_SUITE if tags else DEFAULT_SUITE

    @property
    def name(self) -> str:
        """Return what people call it."""
        name = find_text(self.document, "summary") or find_text(self.document, "operationId")
        return (name or self.origin)[:LONGEST_NAME].strip()

    def locate(self, *names: str) -> str:
        """Return the JSON pointer of a part of it."""
        return join_pointer(self.place, *names)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A case that may still get values, captures and dependencies of others."""

    operation: Operation
    key: str
    name: str
    order_index: int
    enabled: bool = True
    phase: str = "test"
    endpoint: dict[str, Any] = field(default_factory=dict[str, Any])
    request: dict[str, Any] = field(default_factory=dict[str, Any])
    response: dict[str, Any] = field(default_factory=dict[str, Any])
    dependencies: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def require(self, key: str, dependency_type: str, condition: str = "passed") -> None:
        """Make it depend on another case; the first word counts."""
        self.dependencies.setdefault(
            key,
            {
                "required_test_key": key,
                "dependency_type": dependency_type,
                "condition": condition,
            },
        )

    def to_document(self) -> dict[str, Any]:
        """Return the case as the catalog takes it."""
        description = find_text(self.operation.document, "description")
        return {
            "key": self.key,
            "name": self.name,
            "description": description and description[:LONGEST_DESCRIPTION],
            "order_index": self.order_index,
            "enabled": self.enabled,
            "phase": self.phase,
            "endpoint": self.endpoint,
            "request": self.request,
            "response": self.response,
            "dependencies": list(self.dependencies.values()),
        }
