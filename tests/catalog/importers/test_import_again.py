"""A later version of a document: what people made of the cases stays."""

from typing import Any, LiteralString

import psycopg
import yaml

from scripts.demonstration.components import SupabaseDetails
from tests.runs.workspace import Workspace
from tests.targets.shop import DESCRIPTION


def load_shop() -> dict[str, Any]:
    return yaml.safe_load(DESCRIPTION.read_text())


async def import_version(workspace: Workspace, document: dict[str, Any]) -> dict[str, Any]:
    path = f"/projects/{workspace.project_id}/imports"
    text = yaml.safe_dump(document)
    return (await workspace.post(path, {"format": "openapi", "text": text}))["report"]


async def list_cases(workspace: Workspace) -> dict[str, dict[str, Any]]:
    suites = await workspace.get(f"/projects/{workspace.project_id}/suites")
    cases: dict[str, dict[str, Any]] = {}
    for suite in suites["items"]:
        page = await workspace.get(f"/suites/{suite['id']}/cases")
        for case in page["items"]:
            cases[case["key"]] = await workspace.get(f"/cases/{case['id']}")
    return cases


async def write(supabase: SupabaseDetails, statement: LiteralString, *values: str) -> None:
    """As somebody does in the Studio."""
    async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
        await connection.execute(statement, values)


async def test_nothing_new_changes_nothing(workspace: Workspace) -> None:
    await import_version(workspace, load_shop())
    before = await list_cases(workspace)

    report = await import_version(workspace, load_shop())

    assert (report["unchanged"], report["updated"], report["kept"]) == (7, [], [])
    assert await list_cases(workspace) == before


async def test_what_the_document_changed_is_updated(workspace: Workspace) -> None:
    document = load_shop()
    await import_version(workspace, document)
    document["paths"]["/health"]["get"]["summary"] = "Is it alive?"
    item = document["paths"]["/items/{number}"]["get"]
    item["parameters"][0]["schema"]["minimum"] = 9
    del document["paths"]["/cart"]
    document["paths"]["/terms"] = {"get": {"responses": {"200": {"description": "Terms"}}}}

    report = await import_version(workspace, document)

    assert {case["key"]: case["fields"] for case in report["updated"]} == {
        "show-health": ["name", "endpoint.name"],
        "show-item": ["request.path_params.number"],
    }
    assert [case["key"] for case in report["created"]] == ["get-terms"]
    assert [case["origin"] for case in report["missing"]] == ["POST /cart"]
    cases = await list_cases(workspace)
    assert cases["show-health"]["name"] == "Is it alive?"
    assert cases["show-item"]["request"]["path_params"] == {"number": 9}
    assert "add-to-cart" in cases


async def test_a_deleted_case_does_not_come_back(
    workspace: Workspace, supabase: SupabaseDetails
) -> None:
    await import_version(workspace, load_shop())
    case = (await list_cases(workspace))["show-item"]
    await write(supabase, "delete from public.test_cases where id = %s", case["id"])

    report = await import_version(workspace, load_shop())

    assert [case["key"] for case in report["kept"]] == ["show-item"]
    assert "show-item" not in await list_cases(workspace)


async def test_edits_of_people_stay(workspace: Workspace, supabase: SupabaseDetails) -> None:
    document = load_shop()
    await import_version(workspace, document)
    case = (await list_cases(workspace))["show-item"]
    rename = "update public.test_cases set name = %s where id = %s"
    await write(supabase, rename, "An item", case["id"])
    item = document["paths"]["/items/{number}"]["get"]
    item["summary"] = "Show one item"
    item["description"] = "By its number"

    report = await import_version(workspace, document)

    assert {case["key"]: case["fields"] for case in report["kept"]} == {"show-item": ["name"]}
    present = (await list_cases(workspace))["show-item"]
    assert (present["name"], present["description"]) == ("An item", "By its number")


async def test_keys_and_names_of_others_are_respected(workspace: Workspace) -> None:
    await workspace.add_case("log-in", "/auth/login", method="POST")

    report = await import_version(workspace, load_shop())

    cases = await list_cases(workspace)
    assert "log-in-2" in [case["key"] for case in report["created"]]
    required = {entry["required_test_key"] for entry in cases["show-profile"]["dependencies"]}
    assert required == {"log-in-2"}
