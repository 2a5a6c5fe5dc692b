"""Reads texts of other tools and looks at what became of them."""

from typing import Any

from app.catalog.importers.model import Imported, Reader

Document = dict[str, Any]


def list_cases(imported: Imported) -> list[Document]:
    """The cases as they are stored, without what is as it is by default."""
    return [
        item.case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for item in imported.cases
    ]


def read_case(reader: Reader, text: str) -> Document:
    """The only case of a text."""
    (case,) = list_cases(reader.read(text))
    return case


def read_request(reader: Reader, text: str) -> Document:
    """What the only case of a text sends."""
    return read_case(reader, text)["request"]


def list_told(imported: Imported, kind: str = "not_imported") -> list[tuple[str, str]]:
    return [(notice.place, notice.text) for notice in imported.notices if notice.kind == kind]


def show_all(imported: Imported) -> str:
    """Everything that is stored or shown of an import."""
    return repr((list_cases(imported), imported.notices, imported.variables, imported.title))
