"""Everything in docs/format.md works as it stands, and its schema is that of the models."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.suite_documents.errors import SuiteDocumentInvalidError
from app.catalog.suite_documents.parsing import parse_suite
from app.catalog.suite_documents.reading import read_yaml
from app.catalog.suite_documents.rendering import FIRST_FIELDS
from app.catalog.suite_documents.schemas import SuiteDocument
from scripts.suite_schema.document import DOCUMENT, render
from tests.catalog.suite_documents.documents import create_project, export, store
from tests.workspaces.people import Team

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "format.md").read_text()
EXAMPLES: list[str] = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
REFUSED: list[tuple[str, str]] = re.findall(
    r"^```yaml refused\n(.*?)^```\n```text\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE
)
NAMES = [yaml.safe_load(example)["name"] for example in EXAMPLES]
SCHEMA = jsonschema_rs.validator_for(json.loads(DOCUMENT.read_text()))


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
async def test_examples_come_back_as_they_are(team: Team, example: str) -> None:
    project, other = await create_project(team), await create_project(team)
    SCHEMA.validate(yaml.safe_load(example))

    stored = await store(team.owner, project, example)
    again = await store(team.owner, project, example)
    exported = await export(team.owner, stored["suite_id"])
    copied = await store(team.owner, other, exported)

    assert not again["changed"]
    assert exported.partition("\n")[2] == example
    assert await export(team.owner, copied["suite_id"]) == exported


@pytest.mark.parametrize(("example", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_said_to_be_refused_is(example: str, said: str) -> None:
    with pytest.raises(SuiteDocumentInvalidError) as refusal:
        parse_suite(read_yaml(example.encode()))
    told = [f"{error['field']}: {error['detail']}" for error in refusal.value.errors]
    assert sorted(told) == sorted(said.splitlines())
    assert not SCHEMA.is_valid(yaml.safe_load(example))


def test_the_schema_is_that_of_the_models() -> None:
    assert DOCUMENT.read_text() == render(), "stale: run scripts/suite-schema"


def test_every_field_is_in_an_example() -> None:
    """A new field of cases needs a line in the reference."""
    cases: list[dict[str, Any]] = [
        case for example in EXAMPLES for case in yaml.safe_load(example)["cases"]
    ]
    shown = {name for case in cases for name in case}
    assert shown == CaseCreate.model_fields.keys() - {"order_index"}
    assert set(FIRST_FIELDS) <= shown


def test_every_field_of_a_suite_is_explained() -> None:
    names = [field.alias or name for name, field in SuiteDocument.model_fields.items()]
    assert [name for name in names if f"| `{name}` |" not in TEXT] == []
