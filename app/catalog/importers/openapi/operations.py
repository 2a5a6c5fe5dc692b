"""Finds the operations of a document."""

from collections.abc import Iterator
from typing import Final, cast

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.drafts import Operation
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import (
    References,
    get_list,
    get_object,
    join_pointer,
)
from app.catalog.importers.openapi.servers import find_elsewhere, find_server
from app.catalog.models import Method
from app.engine.json_values import JsonObject, JsonValue

_METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_OTHER_METHODS: Final = ("trace", "query")
_CALLBACKS: Final = "The API sends these requests itself; a test cannot."
_LINKS: Final = "Links are not followed; ids are found by their names."


class OperationFinder:
    """Goes through the paths; what cannot be used becomes a notice."""

    def __init__(self, document: JsonObject, references: References, notices: list[Notice]) -> None:
        self._document = document
        self._references = references
        self._notices = notices

    def iter_operations(self) -> Iterator[Operation]:
        """Yield the operations in the order of the document."""
        for name in get_object(self._document, "webhooks"):
            self._tell(join_pointer("/webhooks", name), _CALLBACKS)
        for path, item in get_object(self._document, "paths").items():
            if path.startswith("x-"):
                continue
            place = join_pointer("/paths", path)
            try:
                yield from self._iter_path(path, self._references.resolve(item, place), place)
            except UnusablePartError as error:
                self._tell(error.place, error.text)

    def _tell(self, place: str, text: str) -> None:
        self._notices.append(Notice("not_imported", place, text))

    def _iter_path(self, path: str, item: JsonObject, place: str) -> Iterator[Operation]:
        for method in _OTHER_METHODS:
            if method in item:
                text = f"Requests with {method.upper()} cannot be sent."
                self._tell(join_pointer(place, method), text)
        for method in get_object(item, "additionalOperations"):
            text = f"Requests with {method[:50]} cannot be sent."
            self._tell(join_pointer(place, "additionalOperations", method), text)
        for method in _METHODS:
            if method not in item:
                continue
            try:
                yield self._read(path, method, item, join_pointer(place, method))
            except UnusablePartError as error:
                self._tell(error.place, error.text)

    def _read(self, path: str, method: str, item: JsonObject, place: str) -> Operation:
        operation = self._references.resolve(item[method], place)
        declared = [*get_list(item, "parameters"), *get_list(operation, "parameters")]
        self._tell_rest(operation, place)
        return Operation(
            method=cast("Method", method.upper()),
            path=path if path.startswith("/") else f"/{path}",
            place=place,
            document=operation,
            parameters=self._read_parameters(declared, place),
            server=find_elsewhere((operation, item), find_server(self._document)),
        )

    def _tell_rest(self, operation: JsonObject, place: str) -> None:
        if get_object(operation, "callbacks"):
            self._tell(join_pointer(place, "callbacks"), _CALLBACKS)
        for status, response in get_object(operation, "responses").items():
            if isinstance(response, dict) and get_object(response, "links"):
                self._tell(join_pointer(place, "responses", status, "links"), _LINKS)

    def _read_parameters(self, declared: list[JsonValue], place: str) -> tuple[JsonObject, ...]:
        """Those of the operation replace those of the path with the same name and place."""
        known: dict[tuple[JsonValue, JsonValue], JsonObject] = {}
        for entry in declared:
            try:
                parameter = self._references.resolve(entry, join_pointer(place, "parameters"))
            except UnusablePartError as error:
                self._tell(error.place, error.text)
                continue
            known[str(parameter.get("name")), str(parameter.get("in"))] = parameter
        return tuple(known.values())
