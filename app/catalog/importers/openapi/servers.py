"""Where a document says that its API is."""

from typing import Final
from urllib.parse import urljoin

from app.catalog.importers.openapi.references import find_text, get_list, get_object
from app.engine.json_values import JsonObject

_SCHEMES: Final = ("http://", "https://")


def is_whole(url: str) -> bool:
    """Say whether an address needs no other one to be complete."""
    return url.startswith(_SCHEMES)


def find_server(parent: JsonObject) -> str | None:
    """Return the first server with a whole address, else the first; variables have their defaults."""
    servers = [server for server in get_list(parent, "servers") if isinstance(server, dict)]
    filled = [_fill(url, server) for server in servers if (url := find_text(server, "url"))]
    urls = [url for url in filled if "{" not in url]
    return next((url for url in urls if is_whole(url)), urls[0] if urls else None)


def _fill(url: str, server: JsonObject) -> str:
    for name, variable in get_object(server, "variables").items():
        described = variable if isinstance(variable, dict) else {}
        values = [described.get("default"), *get_list(described, "enum")]
        known = [str(value) for value in values if value is not None]
        url = url.replace(f"{{{name}}}", known[0]) if known else url
    return url.rstrip("/") or "/"


def find_elsewhere(parents: tuple[JsonObject, ...], base: str | None) -> str | None:
    """Return the server that the first of the parents names, unless it is the one of the document."""
    named = next((url for parent in parents if (url := find_server(parent))), None)
    if named is None:
        return None
    url = urljoin(base, named).rstrip("/") if base and is_whole(base) else named
    return url if is_whole(url) and url != base else None
