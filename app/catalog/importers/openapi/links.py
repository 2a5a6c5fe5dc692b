"""Suggests which case uses what another one answers: ids from those who make them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.answers import NAMES, AnswerReader, normalize, singular
from app.catalog.importers.openapi.drafts import Draft
from app.catalog.importers.openapi.graph import Graph
from app.catalog.importers.openapi.responses import ResponseWriter
from app.catalog.importers.openapi.samples import Sampler
from app.engine.json_values import JsonObject

MAXIMUM_REQUIRED = 90
_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Producer:
    """A case that answers an id, and where in its body."""

    draft: Draft
    path: str


class Linker:
    """Puts captures, templates and dependencies into drafts."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        graph: Graph,
        responses: ResponseWriter,
        sampler: Sampler,
        notices: list[Notice],
    ) -> None:
        self._drafts = drafts
        self._responses = responses
        self._sampler = sampler
        self._notices = notices
        self._graph = graph
        self._methods = {draft.key: draft.operation.method for draft in drafts}
        self._creators = _index(drafts, "POST")
        self._lists = _index(drafts, "GET")
        self._collections = _index_collections(self._creators, self._lists)
        self._name_listed()
        self._consumers: defaultdict[str, list[Draft]] = defaultdict(list)

    def link(self) -> None:
        """Connect every id that a case needs with a case that answers it."""
        for draft in self._drafts:
            for name, collection in _iter_path_ids(draft.operation.path):
                self._connect(draft, "path_params", name, collection)
        for draft in self._drafts:
            self._link_fields(draft, "query_params")
            self._link_fields(draft, "body")
        for draft in self._drafts:
            self._delete_with_care(draft)

    def _name_listed(self) -> None:
        """`GET /catalog` that answers a list of `products` is a collection of them, too."""
        for path, listing in self._lists.items():
            if "{}" in path:
                continue
            for schema in self._responses.find_success_schemas(listing.operation):
                for name in self._read(listing).list_lists(schema):
                    self._collections.setdefault(singular(name), path)

    def _link_fields(self, draft: Draft, part: str) -> None:
        """`product_id` in a body or query is the id of one of `/products`."""
        fields: Any = draft.request.get(part)
        names = list(cast("JsonObject", fields)) if isinstance(fields, dict) else []
        for name in names:
            plain = normalize(name)
            collection = self._collections.get(plain.removesuffix("id"))
            if plain.endswith("id") and collection is not None:
                self._connect(draft, part, name, collection)

    def _connect(self, draft: Draft, part: str, name: str, collection: str) -> None:
        values = draft.request.get(part)
        producer = self._find_producer(collection, name, is_name=self._is_name(draft, part, name))
        if producer is None or producer.draft is draft or not isinstance(values, dict):
            return
        if not self._graph.add(draft.key, producer.draft.key):
            return
        captured = _capture(producer)
        values[name] = f"{{{{captured_data.{producer.draft.key}.{captured}}}}}"
        draft.require(producer.draft.key, "data")
        self._consumers[producer.draft.key].append(draft)
        text = f"Takes {name} from {producer.path} of {producer.draft.operation.origin}."
        self._notices.append(Notice("suggested", draft.operation.place, text))

    def _is_name(self, draft: Draft, part: str, name: str) -> bool:
        """`{repo}` is a text and no id."""
        if part != "path_params" or normalize(name).endswith(("id", "key", "number")):
            return False
        schemas = [
            self._sampler.flatten(entry.get("schema", entry), draft.operation.place)
            for entry in draft.operation.parameters
            if entry.get("name") == name
        ]
        return any(schema.get("type") == "string" for schema in schemas)

    def _find_producer(self, collection: str, name: str, *, is_name: bool) -> Producer | None:
        """Who makes one of the collection, else who lists some; else one of the same name elsewhere."""
        kind = singular(collection.rpartition("/")[2])
        elsewhere = self._collections.get(kind) or self._collections.get(
            normalize(name).removesuffix("id")
        )
        names = _list_names(name, kind, is_name=is_name)
        for path in dict.fromkeys((collection, elsewhere or collection)):
            if producer := self._find_in(path, names, is_name=is_name):
                return producer
        return None

    def _find_in(
        self, collection: str, names: tuple[str, ...], *, is_name: bool
    ) -> Producer | None:
        if creator := self._creators.get(collection):
            for schema in self._responses.find_success_schemas(creator.operation):
                if path := self._read(creator).find_path(schema, names, is_name=is_name):
                    return Producer(creator, path)
        if listing := self._lists.get(collection):
            for schema in self._responses.find_success_schemas(listing.operation):
                if path := self._read(listing).find_list_path(schema, names, is_name=is_name):
                    return Producer(listing, path)
        return None

    def _read(self, draft: Draft) -> AnswerReader:
        return AnswerReader(self._sampler, draft.operation.locate("responses"))

    def _delete_with_care(self, draft: Draft) -> None:
        """Delete what the tests have made, when nobody needs it any more; nothing else."""
        ids = list(_iter_path_ids(draft.operation.path))
        if draft.operation.method != "DELETE" or not ids:
            return
        value = str(draft.request.get("path_params", {}).get(ids[-1][0]))
        creator = next(
            (key for key in draft.dependencies if f"captured_data.{key}." in value), None
        )
        if creator is None or self._methods[creator] != "POST":
            draft.enabled = False
            text = "It would delete what no test has made; enable it if that is meant."
            self._notices.append(Notice("changed", draft.operation.place, text))
            return
        draft.phase = "teardown"
        # The phases order those of the same suite.
        for other in self._consumers[creator][:MAXIMUM_REQUIRED]:
            is_elsewhere = other.operation.suite != draft.operation.suite
            if is_elsewhere and other.operation.method != "DELETE":
                draft.require(other.key, "order", "completed")


def _capture(producer: Producer) -> str:
    captures: dict[str, Any] = producer.draft.response.setdefault("capture_vars", {})
    for name, path in captures.items():
        if path == producer.path:
            return name
    plain = re.sub(r"[^A-Za-z0-9_]", "_", producer.path.rpartition(".")[2].strip("$[]'")) or "id"
    name = plain
    while name in captures:
        name += "_"
    captures[name] = producer.path
    return name


def _shape(path: str) -> str:
    """Return the path with all parameters alike."""
    return _PARAMETER.sub("{}", path.rstrip("/"))


def _index(drafts: Sequence[Draft], method: str) -> Mapping[str, Draft]:
    return {
        _shape(draft.operation.path): draft for draft in drafts if draft.operation.method == method
    }


def _index_collections(*indexes: Mapping[str, Draft]) -> dict[str, str]:
    """Collections by what they are collections of; the shortest path counts."""
    found: dict[str, str] = {}
    for path in sorted({path for index in indexes for path in index}, key=len):
        name = path.rpartition("/")[2]
        if kind := singular(name):
            found.setdefault(kind, path)
    return found


def _iter_path_ids(path: str) -> Iterator[tuple[str, str]]:
    """The parameters of a path that are segments of it, each with its collection."""
    segments = path.split("/")
    for position, segment in enumerate(segments):
        if match := _PARAMETER.fullmatch(segment):
            yield match[1], _shape("/".join(segments[:position]))


def _list_names(name: str, kind: str, *, is_name: bool) -> tuple[str, ...]:
    """What the id may be called in an answer, the likeliest first."""
    plain = normalize(name)
    if not plain.endswith(("id", "uuid", kind)):
        return (plain,)
    return (plain, f"{kind}id", "id", "uuid", *(NAMES if is_name else ()))
