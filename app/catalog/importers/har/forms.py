"""Forms as browsers record them: in parts, or as the text that was sent."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from app.catalog.importers.har.entries import Entry, get_text
from app.engine.json_values import JsonObject

MOST_FIELDS: Final = 1_000
_BOUNDARY: Final = re.compile(r"boundary=\"?([^\";\s]{1,200})", re.IGNORECASE)
_NAME: Final = re.compile(r"[;\s]name=\"([^\"]{0,500})\"", re.IGNORECASE)
_FILE_NAME: Final = re.compile(r"[;\s]filename=\"([^\"]{0,500})\"", re.IGNORECASE)


def read_form(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return the fields of an encoded form; in parts, Chrome leaves them encoded."""
    if text := get_text(entry.body, "text"):
        try:
            return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            return ()
    return tuple(
        (get_text(item, "name"), get_text(item, "value")) for item in _iter_parameters(entry)
    )


def read_parts(entry: Entry) -> list[JsonObject]:
    """Return the fields of a form with files: `name` with `value` or `fileName`."""
    parameters = [item for item in _iter_parameters(entry) if get_text(item, "name")]
    return parameters or list(_split_text(entry))


def _iter_parameters(entry: Entry) -> Iterator[JsonObject]:
    parameters = entry.body.get("params")
    for item in parameters[:MOST_FIELDS] if isinstance(parameters, list) else ():
        if isinstance(item, dict):
            yield item


def _split_text(entry: Entry) -> Iterator[JsonObject]:
    """Chrome has the text alone, without the content of files."""
    boundary = _BOUNDARY.search(get_text(entry.body, "mimeType"))
    text = get_text(entry.body, "text").replace("\r\n", "\n")
    for part in text.split(f"--{boundary[1]}", MOST_FIELDS)[1:] if boundary else ():
        head, _, content = part.partition("\n\n")
        name, filename = _NAME.search(head), _FILE_NAME.search(head)
        if name and filename:
            yield {"name": name[1], "fileName": filename[1] or "file"}
        elif name:
            yield {"name": name[1], "value": content.removesuffix("\n")}
