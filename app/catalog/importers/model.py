"""What a reader makes of a document, whatever its format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from app.catalog.cases.schemas.cases import CaseCreate

NoticeKind = Literal["not_imported", "changed", "suggested"]


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Something that the person who imports should know.

    `not_imported`: the document has it and the cases have not; `changed`: it was imported as
    something else; `suggested`: the cases have it and the document does not say so. `place` is
    where in the document: a JSON pointer (`/paths/~1users/get`), a name or a line.
    """

    kind: NoticeKind
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """
    A case and its name in the document.

    `origin` is how the same case is known again in a later version of the document, unique in it
    (`GET /users/{id}`); keys of cases are unique in it, too.
    """

    origin: str
    case: CaseCreate


@dataclass(frozen=True, slots=True)
class ImportedSuite:
    """Cases of one tag, folder or file; suites of one document have different names."""

    name: str
    cases: tuple[ImportedCase, ...]
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedVariable:
    """A variable that the cases use as `{{env.key}}`; secrets have no value here."""

    key: str
    value: str | None = None
    is_secret: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """
    All that was found in a document; `title` is its name, `base_url` where its API is.

    A base URL that begins with a slash is relative to where the document was found.
    """

    title: str
    suites: tuple[ImportedSuite, ...]
    base_url: str | None = None
    variables: tuple[ImportedVariable, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def cases(self) -> Iterator[ImportedCase]:
        """The cases of all suites."""
        return (case for suite in self.suites for case in suite.cases)


class Reader(Protocol):
    """Understands one format."""

    def read(self, text: str) -> Imported:
        """Raise `DocumentInvalidError` when it is no document of the format; takes CPU time only."""
        ...
