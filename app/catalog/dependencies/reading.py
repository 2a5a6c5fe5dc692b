"""Tests of the database as the engine's, those that the engine would refuse left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine import InvalidPlanError, PlannedTest
from app.engine.document import Document
from app.engine.errors import StepError


@dataclass(frozen=True, slots=True)
class ReadTests:
    """What could be read, and by key why others could not."""

    tests: list[PlannedTest] = field(default_factory=list[PlannedTest])
    problems: dict[str, str] = field(default_factory=dict[str, str])


def read_tests(documents: Iterable[Mapping[str, Any]]) -> ReadTests:
    """Read what `describe_tests` answers; rows may have been written past this service."""
    read = ReadTests()
    for document in documents:
        try:
            read.tests.append(PlannedTest.from_document(Document(document)))
        except InvalidPlanError as error:
            read.problems[document["key"]] = f"{error.field}: {error.message}"
        except StepError as error:
            read.problems[document["key"]] = error.problem.message
    return read
