"""Collections as the Postman app exports them."""

import json
from typing import Any

from app.catalog.importers.model import Imported
from app.catalog.importers.postman.reader import PostmanReader

Document = dict[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def build_collection(*items: Document, **fields: Any) -> Document:
    return {"info": {"name": "Shop", "schema": SCHEMA}, "item": list(items), **fields}


def build_item(
    name: str = "Request",
    url: Any = "{{baseUrl}}/health",
    *,
    method: str = "GET",
    test: str = "",
    before: str = "",
    item: Document | None = None,
    **request: Any,
) -> Document:
    events = [
        {"listen": listen, "script": {"type": "text/javascript", "exec": source.split("\n")}}
        for listen, source in (("prerequest", before), ("test", test))
        if source
    ]
    return {
        "name": name,
        "event": events,
        "request": {"method": method, "url": url, **request},
        **(item or {}),
    }


def build_raw(raw: str, language: str = "json") -> Document:
    return {"mode": "raw", "raw": raw, "options": {"raw": {"language": language}}}


def build_auth(kind: str, **settings: str) -> Document:
    entries = [{"key": key, "value": value, "type": "string"} for key, value in settings.items()]
    return {"type": kind, kind: entries}


def read(document: Document) -> Imported:
    return PostmanReader().read(json.dumps(document))


def read_cases(*items: Document, **fields: Any) -> list[Document]:
    imported = read(build_collection(*items, **fields))
    return [item.case.model_dump(mode="json", by_alias=True) for item in imported.cases]


def read_case(**item: Any) -> Document:
    return read_cases(build_item(**item))[0]


def list_notices(imported: Imported, kind: str = "not_imported") -> dict[str, str]:
    return {notice.place: notice.text for notice in imported.notices if notice.kind == kind}
