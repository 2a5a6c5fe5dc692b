"""Makes cases of curl commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.catalog.importers.building import CaseCollector
from app.catalog.importers.composing.requests import Desk, RequestComposer
from app.catalog.importers.composing.texts import check_progress, clean_text, invalid
from app.catalog.importers.curl.arguments import URL, Transfer, read_transfers
from app.catalog.importers.curl.requests import find_method, write_request
from app.catalog.importers.curl.shell import Command, Word, iter_commands
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.model import Imported, Notice

SUITE: Final = "cURL"
# Prompts, variables for one command, and commands that carry out another one.
_PREFIX: Final = re.compile(
    r"[$%>]|[A-Za-z_][A-Za-z0-9_]{0,99}=.*|sudo|env|time|exec|command|nohup", re.DOTALL
)
# The shell would take this prompt for a redirection.
_PROMPT: Final = re.compile(r"^[ \t]*>[ \t]+(?=curl(?:\.exe)?[ \t])", re.MULTILINE)
_NAMES: Final = frozenset(("curl", "curl.exe"))


@dataclass(frozen=True, slots=True)
class _Request:
    """One address of one transfer of one command."""

    transfer: Transfer
    url: str
    line: int
    comment: str | None
    strange: tuple[str, ...]


class CurlReader:
    """One command or several, as people copy them from browsers, documentation and scripts."""

    def read(self, text: str) -> Imported:
        """Return a case per request; raises `DocumentInvalidError`."""
        requests: list[_Request] = []
        for request in _iter_requests(_PROMPT.sub("", clean_text(text))):
            requests.append(request)
            check_progress(len(requests))
        if not requests:
            message = "There is no curl command with an address in it."
            raise DocumentInvalidError(message, field="line 1")
        notices: list[Notice] = []
        desk = Desk(CaseCollector(notices))
        for request in requests:
            _write(desk, request)
        return Imported(
            title=SUITE,
            suites=desk.collector.build_suites({}),
            base_url=desk.addresses.find_base_url(lambda _: None),
            variables=desk.book.variables,
            notices=tuple(notices),
        )


def _iter_requests(text: str) -> Iterator[_Request]:
    for command in iter_commands(text):
        words = command.words
        while words and _PREFIX.fullmatch(words[0].text):
            words = words[1:]
        if not words or words[0].text.rpartition("/")[2] not in _NAMES:
            continue
        yield from _iter_transfers(command, words)


def _iter_transfers(command: Command, words: list[Word]) -> Iterator[_Request]:
    for transfer in read_transfers(words[1:]):
        urls = [option for option in transfer.options if option.name == URL]
        if not urls:
            raise invalid("A curl command has no address", words[0].line)
        for option in urls:
            strange = tuple(sorted(command.strange))
            yield _Request(transfer, option.value, words[0].line, command.comment, strange)


def _write(desk: Desk, request: _Request) -> None:
    url = request.url if "://" in request.url else _complete(request.url)
    method, plain = find_method(request.transfer), url.partition("?")[0].partition("#")[0]
    address = plain.partition("://")[2].rpartition("@")[2] or plain
    path = address[address.find("/") :] if "/" in address else "/"
    draft = desk.collector.begin(
        origin=f"{method} {address}",
        name=request.comment or f"{method} {path}",
        suite=SUITE,
        place=f"line {request.line}",
    )
    composer = RequestComposer(desk, draft, desk.book.declare)
    for text in request.strange:
        composer.tell("not_imported", text)
    if write_request(composer, request.transfer, url):
        composer.suggest_status()
        desk.collector.accept(draft)


def _complete(url: str) -> str:
    """An address without a scheme; one that begins with a variable may have it in there."""
    return url if url.startswith("{{") else f"http://{url}"
