"""The file that editors are pointed to."""

import json
from pathlib import Path

from app.catalog.suite_documents.json_schema import build_schema
from app.catalog.suite_documents.schemas import SCHEMA_FILE

DOCUMENT = Path(__file__).parents[2] / "docs" / SCHEMA_FILE


def render() -> str:
    """Return the text of the file."""
    return f"{json.dumps(build_schema(), indent=2, ensure_ascii=False)}\n"
