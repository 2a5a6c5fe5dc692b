"""The access matrix of supabase/access.toml: who may do what through the API, read and shown as Markdown."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCESS_FILE = Path(__file__).parents[2] / "supabase" / "access.toml"
ACTIONS = ("select", "insert", "update", "delete")
TABLE_WORDS = ("rows", "none", "unknown", "denied")
FUNCTION_CALLERS = ("anonymous", "authenticated", "service")
FUNCTION_WORDS = ("allowed", "denied")
SHOWN = {"rows": "yes", "none": "no rows", "unknown": "404", "allowed": "yes", "denied": "-"}
LEGEND = (
    "`yes`: the row is seen or written. `no rows`: no error, but the row does not exist for the caller. "
    "`404`: the parent of the row does not exist for the caller. `-`: refused with 403, without a token 401. "
    "`stranger` is the owner of another organization, `service` the secret key."
)


class AccessFileError(ValueError):
    """The file lacks a cell or holds a word that is none; the message names the place."""


@dataclass(frozen=True)
class Cell:
    """What one role meets with one action on one table."""

    table: str
    action: str
    role: str
    expected: str

    def __str__(self) -> str:
        return f"{self.table}-{self.action}-{self.role}"


@dataclass(frozen=True)
class TableAccess:
    """Words of a table by action and role, and the columns that no user changes."""

    name: str
    words: Mapping[str, Mapping[str, str]]
    protected: tuple[str, ...]
    note: str

    def list_cells(self) -> Iterator[Cell]:
        for action, words in self.words.items():
            for role, word in words.items():
                yield Cell(self.name, action, role, word)


@dataclass(frozen=True)
class AccessMatrix:
    """Every table and view, and every function with its word by caller."""

    roles: tuple[str, ...]
    tables: Mapping[str, TableAccess]
    functions: Mapping[str, Mapping[str, str]]

    def list_cells(self) -> list[Cell]:
        return [cell for table in self.tables.values() for cell in table.list_cells()]


def read_access_matrix(path: Path = ACCESS_FILE) -> AccessMatrix:
    """Read the matrix; raise AccessFileError when a cell is missing or unknown."""
    document = tomllib.loads(path.read_text())
    roles = tuple(document["roles"])
    return AccessMatrix(
        roles,
        {name: _read_table(name, entry, roles) for name, entry in document["tables"].items()},
        {
            name: _read_words(name, text, FUNCTION_CALLERS, FUNCTION_WORDS)
            for name, text in document["functions"].items()
        },
    )


def _read_table(name: str, entry: Mapping[str, Any], roles: tuple[str, ...]) -> TableAccess:
    words = {
        action: _read_words(f"{name}.{action}", entry.get(action, ""), roles, TABLE_WORDS)
        for action in ACTIONS
    }
    return TableAccess(name, words, tuple(entry.get("protected", ())), entry.get("note", ""))


def _read_words(
    place: str, text: str, columns: tuple[str, ...], known: tuple[str, ...]
) -> dict[str, str]:
    words = text.split()
    if len(words) != len(columns) or not set(words) <= set(known):
        raise AccessFileError(f"{place}: expected a word of {known} for each of {columns}")
    return dict(zip(columns, words, strict=True))


def render_access_matrix() -> str:
    """Return the matrix as Markdown: one table of the tables, their notes, one table of the functions."""
    matrix = read_access_matrix()
    tables = [
        [f"`{table.name}`" if action == ACTIONS[0] else "", action, *_show(words)]
        for table in matrix.tables.values()
        for action, words in table.words.items()
    ]
    notes = [f"- `{table.name}`: {table.note}" for table in matrix.tables.values() if table.note]
    functions = [[f"`{name}`", *_show(words)] for name, words in matrix.functions.items()]
    return "\n".join(
        [
            LEGEND,
            "",
            *_render_rows(["table", "action", *matrix.roles], tables),
            "",
            *notes,
            "",
            *_render_rows(["function", *FUNCTION_CALLERS], functions),
            "",
        ]
    )


def _show(words: Mapping[str, str]) -> list[str]:
    return [SHOWN[word] for word in words.values()]


def _render_rows(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    for cells in [header, ["---"] * len(header), *rows]:
        yield f"| {' | '.join(cells)} |"
