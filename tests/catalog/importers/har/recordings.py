"""Recordings as browsers save them."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from app.catalog.importers.har.reader import HarReader
from app.catalog.importers.model import Imported

Document = dict[str, Any]
ORIGIN = "https://shop.example"


def to_pairs(pairs: Any) -> list[Document]:
    return [{"name": name, "value": value} for name, value in pairs]


def build_entry(
    method: str,
    url: str,
    status: int = 200,
    *,
    answer: Any = None,
    sent: Any = None,
    headers: dict[str, str] | None = None,
    answered: dict[str, str] | None = None,
    media_type: str = "application/json",
    kind: str = "fetch",
) -> Document:
    """One exchange; a path is one of the shop."""
    url = url if "://" in url else f"{ORIGIN}{url}"
    request: Document = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "headers": to_pairs((headers or {}).items()),
        "queryString": to_pairs(parse_qsl(urlsplit(url).query)),
        "cookies": [],
    }
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return {
        "startedDateTime": "2026-01-31T12:00:00.000Z",
        "time": 12,
        "_resourceType": kind,
        "request": request,
        "response": {
            "status": status,
            "headers": to_pairs((answered or {}).items()),
            "content": {"mimeType": media_type, "text": "" if answer is None else text},
        },
    }


def build_log(*entries: Document) -> Document:
    return {"log": {"version": "1.2", "creator": {"name": "Browser"}, "entries": list(entries)}}


def read(*entries: Document) -> Imported:
    return HarReader().read(json.dumps(build_log(*entries)))


def read_cases(*entries: Document) -> list[Document]:
    imported = read(*entries)
    return [item.case.model_dump(mode="json", by_alias=True) for item in imported.cases]


class Recorder:
    """Notes what a client sends and gets, like the network panel of a browser."""

    def __init__(self) -> None:
        self.entries: list[Document] = []

    async def note(self, response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        entry = build_entry(
            request.method,
            str(request.url),
            response.status_code,
            answer=response.text,
            headers=dict(request.headers),
            answered=dict(response.headers),
            media_type=response.headers.get("content-type", ""),
        )
        if request.content:
            media_type = request.headers.get("content-type", "")
            sent = {"mimeType": media_type, "text": request.content.decode()}
            entry["request"]["postData"] = sent
        self.entries.append(entry)
