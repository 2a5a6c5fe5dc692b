"""What a document says is what was exported, whatever the case holds."""

import json
from typing import Any, cast

import jsonschema_rs
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.catalog.cases.schemas.authentication import SETTINGS
from app.catalog.cases.schemas.cases import CaseCreate, CaseDependencyCreate
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.suite_documents.json_schema import build_schema
from app.catalog.suite_documents.parsing import parse_suite
from app.catalog.suite_documents.reading import read_json, read_yaml
from app.catalog.suite_documents.rendering import (
    is_same,
    name_endpoint,
    render_case,
    render_endpoint,
    serialize,
)
from app.catalog.suite_documents.schemas import Suite
from app.catalog.suite_documents.writing import to_json_number, write_yaml
from tests.catalog.suite_documents.strategies import cases, texts, values

SCHEMA = jsonschema_rs.validator_for(build_schema())


def _to_document(case: CaseCreate) -> dict[str, Any]:
    document: dict[str, Any] = {"version": 1, "name": "Suite", "cases": [render_case(case)]}
    if details := render_endpoint(case.endpoint):
        document["endpoints"] = {name_endpoint(case.endpoint): details}
    return document


def _get_case(suite: Suite) -> CaseCreate:
    (case,) = suite.cases
    known = suite.endpoints.get(name_endpoint(case.endpoint), case.endpoint)
    return case.model_copy(update={"endpoint": known})


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_any_case_comes_back_from_yaml_and_json(case: CaseCreate) -> None:
    case = case.model_copy(update={"order_index": 0})
    document = _to_document(case)
    text = write_yaml(document)

    from_yaml = _get_case(parse_suite(read_yaml(text.encode())))
    from_json = _get_case(parse_suite(read_json(json.dumps(document).encode())))

    assert serialize(render_case(from_yaml)) == serialize(render_case(case)), text
    assert serialize(render_case(from_json)) == serialize(render_case(case))
    assert write_yaml(_to_document(from_yaml)) == text
    # What was left out says the same as what was there.
    assert serialize(_fill(from_yaml)) == serialize(_fill(case))


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_the_schema_takes_what_is_exported(case: CaseCreate) -> None:
    SCHEMA.validate(json.loads(json.dumps(_to_document(case))))


@settings(max_examples=80)
@given(st.dictionaries(texts, values, max_size=4))
def test_texts_are_texts_to_readers_of_yaml_1_1_too(value: dict[str, Any]) -> None:
    text = write_yaml(value)

    assert is_same(read_yaml(text.encode()).value, _normalize(value)), text
    assert _list_texts(yaml.safe_load(text)) == _list_texts(value)
    assert _list_texts(yaml.load(text, yaml.CSafeLoader)) == _list_texts(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /users/{id}", "GET /users/{id}"),
        ("$.items[0].id", "$.items[0].id"),
        ("{{env.X}}", '"{{env.X}}"'),
        ('{"a": 1}', "'{\"a\": 1}'"),
        ("it's", "it's"),
        ("yes", '"yes"'),
        ("1e3", '"1e3"'),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\nb", "|-\n  a\n\n  b"),
        ("  a\nb", "|2-\n    a\n  b"),
        ("a \nb", '"a \\nb"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_texts_look_as_a_person_would_write_them(text: str, shown: str) -> None:
    assert write_yaml({"a": text}) == f"a: {shown}\n"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("True", True),
        ("~", None),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("1.", 1.0),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("0b11", "0b11"),
    ],
)
def test_plain_values_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    read = read_yaml(f"a: {written}\n".encode()).value

    assert isinstance(read, dict)
    assert repr(read["a"]) == repr(value)


def _normalize(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _list_texts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return [part for name, item in fields.items() for part in (name, *_list_texts(item))]
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [part for item in items for part in _list_texts(item)]
    return [value] if isinstance(value, str) else []


def _fill(value: Any) -> Any:
    """Every field of every model, whether it was given or is its default."""
    if isinstance(value, RequestConfig):
        # Without settings it does not matter of which kind they are.
        given = {name: getattr(value.auth, name) for name in value.auth.model_fields_set}
        auth = SETTINGS[value.auth_type].model_construct(**given)
        return {**_fill_fields(value), "auth": _fill_fields(auth)}
    if isinstance(value, BaseModel):
        return _fill_fields(value)
    if isinstance(value, dict):
        return {name: _fill(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        are_dependencies = all(isinstance(item, CaseDependencyCreate) for item in items)
        filled = [_fill(item) for item in items]
        return sorted(filled, key=repr) if are_dependencies else filled
    return to_json_number(value) if isinstance(value, float) else value


def _fill_fields(model: BaseModel) -> dict[str, Any]:
    return {name: _fill(getattr(model, name, None)) for name in type(model).model_fields}
