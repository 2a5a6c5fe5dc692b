"""The OpenAPI document of the service, without starting it."""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.core.settings import Settings
from app.main import create_app

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
NOWHERE = "http://127.0.0.1:1"
NO_SECRET = SecretStr("x" * 32)


def describe() -> dict[str, Any]:
    """Return the description; nothing is connected before the application is entered."""
    settings = Settings(
        supabase_url=NOWHERE,
        supabase_publishable_key="none",
        supabase_secret_key=NO_SECRET,
        supabase_db_url=NO_SECRET,
        secrets_encryption_key=NO_SECRET,
    )
    return create_app(settings).openapi()


def render(description: dict[str, Any]) -> str:
    """Return the text of the file."""
    return f"{json.dumps(description, indent=2, ensure_ascii=False)}\n"
