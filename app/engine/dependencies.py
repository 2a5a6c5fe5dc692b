"""Which test runs after which: as declared, and as templates imply."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.graph import keep_acyclic
from app.engine.planned_test import PlannedTest
from app.engine.requirements import Requirement, iter_phase_requirements
from app.engine.templates.references import Producers, Use

DependencyType: TypeAlias = Literal["order", "data", "token"]
Condition: TypeAlias = Literal["passed", "completed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """
    `dependent_key` runs after `required_key` passed; derived ones come from templates.

    With the condition `completed` it runs whatever became of the other.
    """

    dependent_key: str
    required_key: str
    type: DependencyType = "order"
    is_derived: bool = False
    condition: Condition = "passed"

    @property
    def edge(self) -> tuple[str, str]:
        return self.dependent_key, self.required_key

    @property
    def requirement(self) -> Requirement:
        """What it means for the dependent test."""
        return Requirement(self.required_key, must_pass=self.condition == "passed")


def read_dependencies(reader: Document, tests: Sequence[PlannedTest]) -> tuple[Dependency, ...]:
    """The declared ones of a plan document; raise InvalidPlanError naming the field."""
    keys = {test.test_case_id: test.key for test in tests}
    return tuple(_read_dependency(entry, keys) for entry in reader.iter_documents("dependencies"))


def _read_dependency(document: Document, keys: Mapping[str, str]) -> Dependency:
    type_ = document.find_text("dependency_type") or "order"
    if type_ not in ("order", "data", "token"):
        raise InvalidPlanError(
            document.locate("dependency_type"), f"must be order, data or token, not '{type_}'"
        )
    return Dependency(
        dependent_key=_find_key(document, "dependent_test_id", keys),
        required_key=_find_key(document, "required_test_id", keys),
        type=type_,
        condition=_read_condition(document, type_),
    )


def _read_condition(document: Document, type_: DependencyType) -> Condition:
    condition = document.find_text("condition") or "passed"
    location = document.locate("condition")
    if condition not in ("passed", "completed"):
        raise InvalidPlanError(location, f"must be passed or completed, not '{condition}'")
    if condition == "completed" and type_ != "order":
        raise InvalidPlanError(location, f"a {type_} dependency needs a test that passed")
    return condition


def imply_dependencies(tests: Sequence[PlannedTest]) -> tuple[Dependency, ...]:
    """All data and token dependencies that templates imply, declared ones and cycles included."""
    producers = Producers.from_captures(
        (test.key for test in tests),
        ((test.key, spec.target, spec.name) for test in tests for spec in test.captures.values()),
    )
    uses: defaultdict[tuple[str, str], list[Use]] = defaultdict(list)
    for test in tests:
        for use in producers.iter_uses(test.key, test.references):
            uses[test.key, use.key].append(use)
    return tuple(_derive(edge, found) for edge, found in uses.items())


def derive_dependencies(
    tests: Sequence[PlannedTest], declared: Sequence[Dependency]
) -> tuple[Dependency, ...]:
    """
    Data and token dependencies that templates imply and nobody declared.

    Those that would close a cycle with the declared ones and the phases are left out.
    """
    declared_edges = {dependency.edge for dependency in declared}
    new = [entry for entry in imply_dependencies(tests) if entry.edge not in declared_edges]
    phases = ((key, requirement.key) for key, requirement in iter_phase_requirements(tests))
    kept = keep_acyclic(
        [test.key for test in tests], [*declared_edges, *phases], [entry.edge for entry in new]
    )
    return tuple(entry for entry in new if entry.edge in kept)


def _derive(edge: tuple[str, str], uses: Sequence[Use]) -> Dependency:
    """A test that can do without all that it uses only waits for it."""
    needed = [use for use in uses if not use.is_optional]
    type_ = "token" if any(use.is_token for use in needed) else "data"
    return Dependency(
        dependent_key=edge[0],
        required_key=edge[1],
        type=type_ if needed else "order",
        is_derived=True,
        condition="passed" if needed else "completed",
    )


def _find_key(document: Document, name: str, keys: Mapping[str, str]) -> str:
    test_case_id = document.get_text(name)
    if test_case_id not in keys:
        raise InvalidPlanError(document.locate(name), f"no test of the plan has id {test_case_id}")
    return keys[test_case_id]
