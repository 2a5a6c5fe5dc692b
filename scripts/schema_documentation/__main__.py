"""`python -m scripts.schema_documentation`: writes docs/database.md from a database with all migrations."""

import asyncio
import sys
import tempfile
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from scripts.demonstration.components import LocalSupabase
from scripts.demonstration.stage import end_on_sigterm
from scripts.schema_documentation.catalogue import Catalogue, read_catalogue
from scripts.schema_documentation.document import DOCUMENT, render


async def read(database_url: str) -> Catalogue:
    """Read the catalogue behind the URL."""
    async with await AsyncConnection[DictRow].connect(
        database_url, row_factory=dict_row
    ) as connection:
        return await read_catalogue(connection)


def main() -> int:
    """Return the exit code of the command line."""
    end_on_sigterm()
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalSupabase(Path(directory) / "supabase.log") as supabase,
    ):
        DOCUMENT.write_text(render(asyncio.run(read(supabase.details.database_url))))
    print(f"Wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
