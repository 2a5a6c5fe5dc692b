"""docs/database.md tells what the migrations make."""

from scripts.demonstration.components import SupabaseDetails
from scripts.schema_documentation.catalogue import read_catalogue
from scripts.schema_documentation.document import DOCUMENT, render
from tests.database.plain import apply_files, create_plain_database


async def test_the_document_is_current(supabase: SupabaseDetails) -> None:
    async with create_plain_database(supabase.database_url) as connection:
        await apply_files(connection)
        document = render(await read_catalogue(connection))
    assert DOCUMENT.read_text() == document, "run scripts/schema-docs"
