"""docs/types.md covers the 21 categories of types of the original design with types that exist."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "types.md"
ROW = re.compile(
    r"^\| (?P<number>\d+) [\w ]+ \| (?P<design>\w+) \| `(?P<path>[\w.]+)`(?: \((?P<kind>\w+)\))? \|$",
    re.MULTILINE,
)
DESIGN = {
    1: {"User", "Organization", "OrganizationMember"},
    2: {"Project", "TestSuite", "TestCase"},
    3: {"TestCase", "TestDependency", "ApiEndpoint"},
    4: {"TestRequestConfig", "TestResponseSpec"},
    5: {"TestDataFixture", "FixtureUsage"},
    6: {"Environment", "EnvironmentVariable"},
    7: {"ApiCredential", "CredentialType"},
    8: {"TestRun", "TestExecutionContext", "SingleTestExecutionContext"},
    9: {"TestResult", "TestResultDetail", "AssertionResult"},
    10: {"PerformanceMetric", "TestRunHistory"},
    11: {"FailureAnalysis", "FailureCategory"},
    12: {"ReportTemplate", "UserPreferences", "SavedSearch"},
    13: {"DependencyContext", "AssertionContext", "AggregatedContext"},
    14: {"PipelineStep", "TestExecutionPipeline"},
    15: {"ContextCache", "ActiveRunMemory"},
    16: {"TestEmbedding", "SemanticSearchResult"},
    17: {"DataChange", "ChangeAction"},
    18: {"PlatformEvent", "EventType"},
    19: {"TestExecutionError", "ContextManagementError"},
    20: {"ApiRequest", "ApiResponse"},
    21: {"BatchTestRunRequest", "BatchResult"},
}


class Entry(NamedTuple):
    number: int
    design: str
    path: str
    kind: str | None


def read_entries() -> list[Entry]:
    rows = ROW.finditer(DOCUMENT.read_text())
    return [Entry(int(row["number"]), row["design"], row["path"], row["kind"]) for row in rows]


def find(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def test_every_category_is_covered() -> None:
    covered: dict[int, set[str]] = {}
    for entry in read_entries():
        covered.setdefault(entry.number, set()).add(entry.design)
    assert covered == DESIGN


def test_every_row_is_read() -> None:
    assert len(read_entries()) == DOCUMENT.read_text().count("\n| ") - 1


@pytest.mark.parametrize("entry", read_entries(), ids=lambda entry: entry.path)
def test_the_type_exists_and_is_what_the_document_says(entry: Entry) -> None:
    found = find(entry.path)
    match entry.kind:
        case None:
            assert issubclass(found, BaseModel)
            assert found.__doc__
        case "exception":
            assert issubclass(found, Exception)
        case "protocol":
            assert found._is_protocol
        case "values":
            assert len(getattr(found, "__args__", found)) > 1
        case _:
            pytest.fail(f"{entry.kind} is no kind of type")
