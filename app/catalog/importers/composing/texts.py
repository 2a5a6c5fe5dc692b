"""Texts as the database can hold them."""

from app.catalog.importers.building import MAXIMUM_CASES
from app.catalog.importers.documents import BYTE_ORDER_MARK
from app.catalog.importers.errors import DocumentInvalidError


def clean_text(text: str) -> str:
    """Return a text without what cannot be stored: NUL, halves of characters; no byte order mark."""
    plain = text.removeprefix(BYTE_ORDER_MARK).replace("\x00", "\ufffd")
    return plain.encode(errors="replace").decode()


def invalid(message: str, line: int) -> DocumentInvalidError:
    """Return the error for a line."""
    return DocumentInvalidError(f"{message} (line {line}).", field=f"line {line}")


def check_progress(count: int) -> None:
    """Raise `DocumentInvalidError` as soon as there are more cases than can be imported."""
    if count > MAXIMUM_CASES:
        message = f"It describes too many cases; at most {MAXIMUM_CASES} are imported at a time."
        raise DocumentInvalidError(message)
