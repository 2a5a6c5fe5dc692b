"""The graph of a project, from what the database knows and what the engine derives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.catalog.dependencies.reading import ReadTests, read_tests
from app.catalog.dependencies.schemas import DependencyGraph, GraphEdge, GraphNode
from app.engine import PlannedTest
from app.engine.dependencies import (
    Dependency,
    derive_dependencies,
    imply_dependencies,
    read_dependencies,
)
from app.engine.document import Document
from app.engine.graph import build_requirements, find_cycle, sort_by_requirements
from app.engine.requirements import iter_phase_requirements

_NODE_FIELDS: Final = ("test_case_id", "key", "name", "suite_id", "phase", "enabled")

Edge = tuple[str, str]


def build_graph(document: Mapping[str, Any]) -> DependencyGraph:
    """Build it from the answer of `get_test_graph`."""
    read = read_tests(document["tests"])
    ids = {entry["test_case_id"]: entry["key"] for entry in document["tests"]}
    rows = _leave_out_unread(document["dependencies"], ids, read)
    reader = Document({"dependencies": rows})
    declared = read_dependencies(reader, read.tests)
    known = {entry.edge for entry in declared}
    implied = [entry for entry in imply_dependencies(read.tests) if entry.edge not in known]
    kept = {entry.edge for entry in derive_dependencies(read.tests, declared)}
    phases = [(key, earlier.key) for key, earlier in iter_phase_requirements(read.tests)]
    all_edges = [*known, *phases, *(entry.edge for entry in implied)]
    return DependencyGraph(
        nodes=_build_nodes(document["tests"], read, [*known, *phases, *kept]),
        edges=[
            *(
                GraphEdge(**row, is_derived=False, is_ignored=False)
                for row in document["dependencies"]
            ),
            *_build_derived(implied, kept, read.tests),
        ],
        cycle=_find_cycle(read.tests, all_edges),
    )


def _leave_out_unread(
    rows: Sequence[Mapping[str, Any]], ids: Mapping[str, str], read: ReadTests
) -> list[Any]:
    return [
        dict(row)
        for row in rows
        if not {ids[row["dependent_test_id"]], ids[row["required_test_id"]]} & read.problems.keys()
    ]


def _build_nodes(
    documents: Sequence[Mapping[str, Any]], read: ReadTests, edges: Iterable[Edge]
) -> list[GraphNode]:
    requirements = build_requirements((test.key for test in read.tests), edges)
    order = sort_by_requirements(requirements)
    levels: dict[str, int] = {}
    for key in order:
        levels[key] = 1 + max((levels[required] for required in requirements[key]), default=-1)
    nodes = [
        GraphNode(
            **{name: document[name] for name in _NODE_FIELDS},
            level=levels.get(document["key"]),
            problem=read.problems.get(document["key"]),
        )
        for document in documents
    ]
    last = len(nodes)
    return sorted(nodes, key=lambda node: last if node.level is None else node.level)


def _build_derived(
    implied: Iterable[Dependency], kept: set[Edge], tests: Sequence[PlannedTest]
) -> Iterable[GraphEdge]:
    ids: dict[str, Any] = {test.key: test.test_case_id for test in tests}
    for entry in implied:
        yield GraphEdge(
            id=None,
            dependent_test_id=ids[entry.dependent_key],
            required_test_id=ids[entry.required_key],
            dependency_type=entry.type,
            condition=entry.condition,
            is_derived=True,
            is_ignored=entry.edge not in kept,
        )


def _find_cycle(tests: Sequence[PlannedTest], edges: Iterable[Edge]) -> list[str] | None:
    cycle = find_cycle(build_requirements((test.key for test in tests), edges))
    return None if cycle is None else list(cycle)
