"""Renders docs/database.md from the catalogue and the access matrix."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.schema_documentation.access import render_access_matrix
from scripts.schema_documentation.catalogue import Catalogue, Column, ForeignKey, Table

DOCUMENT: Final = Path("docs/database.md")
HEAD: Final = """\
# The database

Written by `scripts/schema-docs` from the migrations and `supabase/access.toml`: change those, not this file.

Everything is in the schema `public`, which PostgREST exposes. `private` holds helpers and ciphertext, `partitions` the
leaves of partitioned tables; neither is exposed. Every table with an `organization_id` belongs to that tenant alone.
"""
# Columns of nearly every table, shown for the tables directly below an organization only.
HIDDEN: Final = {"organization_id", "created_by", "started_by"}
ROOTS: Final = {"projects", "organization_members"}


def render(catalogue: Catalogue) -> str:
    """Return the whole document as Markdown."""
    return "\n".join(
        [
            HEAD,
            "## How the tables relate\n",
            "`organization_id` is shown for projects and members only, and who created a row is left out.\n",
            *_render_picture(catalogue),
            "\n## Who may do what\n",
            render_access_matrix(),
            "## Functions\n",
            'Each takes one `request` and answers `jsonb`: `POST /rest/v1/rpc/<name>` with `{"request": {...}}`.\n',
            *(f"- `{function.name}`: {function.comment}" for function in catalogue.functions),
            "\n## Tables",
            *(line for table in catalogue.tables for line in _render_table(table, catalogue)),
            "",
        ]
    )


def _render_picture(catalogue: Catalogue) -> Iterator[str]:
    yield "```mermaid"
    yield "erDiagram"
    for key in catalogue.foreign_keys:
        if key.column not in HIDDEN or key.table in ROOTS:
            yield f"  {key.referenced} {_render_cardinality(key)} {key.table} : {key.column}"
    yield "```"


def _render_cardinality(key: ForeignKey) -> str:
    one = "|o" if key.is_optional else "||"
    many = "o|" if key.is_unique else "o{"
    return f"{one}--{many}"


def _render_table(table: Table, catalogue: Catalogue) -> Iterator[str]:
    yield f"\n### {table.name}\n"
    yield table.comment or ""
    if table.partition_key is not None:
        yield f"Partitioned by `{table.partition_key}`."
    yield "\n| column | type | |\n| --- | --- | --- |"
    for column in catalogue.columns:
        if column.table == table.name:
            yield f"| `{column.name}` | {column.type} | {_describe(column, catalogue)} |"


def _describe(column: Column, catalogue: Catalogue) -> str:
    references = (
        f"-> `{key.referenced}`"
        for key in catalogue.foreign_keys
        if (key.table, key.column) == (column.table, column.name)
    )
    parts = [
        "key" if column.is_key else "",
        "may be null" if column.is_nullable else "",
        *sorted(set(references)),
        (column.comment or "").replace("|", "\\|"),
    ]
    return "; ".join(part for part in parts if part)
