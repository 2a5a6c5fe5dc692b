"""Texts as the database can hold them."""

from app.catalog.importers.errors import DocumentInvalidError


def clean_text(text: str) -> str:
    """Return a text without the characters that cannot be stored: NUL, and halves of others."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def invalid(message: str, line: int) -> DocumentInvalidError:
    """Return the error for a line."""
    return DocumentInvalidError(f"{message} (line {line}).", field=f"line {line}")
