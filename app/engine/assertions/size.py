"""How large the body is, in bytes after decompression."""

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import Predicate
from app.engine.reading import Reading, give_up
from app.engine.response import Response


def declare(declaration: Declaration) -> Check:
    """An assertion of type `size`; at most the expected size unless it says otherwise."""
    return Predicate(
        name=declaration.description or "size of the body (bytes)",
        type="size",
        operator=declaration.choose_operator("le"),
        read=_read,
        expected=declaration.expected,
    )


def _read(response: Response) -> Reading:
    size = len(response.received.body)
    if response.received.is_truncated:
        return give_up(f"the body was cut after {size} bytes, its size is not known")
    return Reading(True, size)
