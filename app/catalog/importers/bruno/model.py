"""A collection, whichever way it was written down."""

from dataclasses import dataclass, field
from typing import Literal

from app.catalog.importers.model import Notice

ScriptKind = Literal["before", "after", "other"]


@dataclass(frozen=True, slots=True)
class Field:
    """A name and its value; those that are not enabled are not imported."""

    name: str
    value: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that requests use by its name; secrets come without one."""

    name: str
    value: str | None = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A field of a form with files."""

    name: str
    value: str
    is_file: bool = False
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: `kind` is json, xml, text, graphql, form, multipart or another one."""

    kind: str
    text: str = ""
    variables: str = ""
    fields: tuple[Field, ...] = ()
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Auth:
    """`mode` is none, inherit or a kind; settings have the names of exported collections."""

    mode: str = "inherit"
    settings: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Script:
    """JavaScript that runs before or after the request; `line` is where it begins, if known."""

    kind: ScriptKind
    code: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a folder or the collection adds to every request in it."""

    headers: tuple[Field, ...] = ()
    auth: Auth = Auth()
    variables: tuple[Variable, ...] = ()
    scripts: tuple[Script, ...] = ()

    def extend(self, inner: "Defaults") -> "Defaults":
        """Return those of a folder in this one."""
        return Defaults(
            headers=(*self.headers, *inner.headers),
            auth=self.auth if inner.auth.mode == "inherit" else inner.auth,
            variables=(*self.variables, *inner.variables),
            scripts=(*self.scripts, *inner.scripts),
        )


@dataclass(slots=True, kw_only=True)
class Item:
    """A request; `folders` lead to it, `place` is where the document has it."""

    name: str
    place: str
    folders: tuple[str, ...] = ()
    sequence: float = 0.0
    kind: str = "http"
    method: str = "GET"
    url: str = ""
    query: list[Field] = field(default_factory=list[Field])
    path_params: list[Field] = field(default_factory=list[Field])
    content: Content | None = None
    own: Defaults = field(default_factory=Defaults)
    captures: list[Field] = field(default_factory=list[Field])
    assertions: list[Field] = field(default_factory=list[Field])
    docs: str | None = None
    tags: tuple[str, ...] = ()
    follow: bool = True
    maximum_redirects: int | None = None
    timeout_ms: int | None = None
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Environment:
    """Values of variables in one place."""

    name: str
    variables: tuple[Variable, ...]


@dataclass(slots=True, kw_only=True)
class Collection:
    """Requests in their order, with the defaults of their folders joined to their own."""

    name: str
    items: list[Item] = field(default_factory=list[Item])
    environments: list[Environment] = field(default_factory=list[Environment])
    variables: tuple[Variable, ...] = ()
    descriptions: dict[str, str | None] = field(default_factory=dict[str, str | None])
    notices: list[Notice] = field(default_factory=list[Notice])
