"""One case with everything that a case can say, from the API to the target and back."""

from typing import Any

from tests.runs.workspace import EVIDENCE, Workspace

SECRET = "key/of+the shop"

CASE: dict[str, Any] = {
    "tags": ["all"],
    "phase": "test",
    "locks": ["cart"],
    "iterate": {"items": [{"id": 3}, {"id": 4}], "name": "item {{iteration.value.id}}"},
    "retry": {
        "transport": {
            "attempts": 2,
            "on": ["connection", "status"],
            "statuses": [503],
            "initial_ms": 1,
            "maximum_ms": 5,
            "jitter_ms": 0,
            "respect_retry_after": False,
        },
        "assertions": {"attempts": 2, "delay_ms": 1},
    },
    "timeout_ms": 9_000,
    "request": {
        "query_params": {"id": "{{iteration.value.id}}"},
        "headers": {"X-Locale": "{{env.LOCALE}}"},
        "cookies": {"theme": "dark"},
        "auth_type": "api-key",
        "auth_token_ref": "env.API_KEY",
        "auth": {"in": "query", "name": "key"},
        "transfer": {
            "redirects": {"follow": True, "maximum": 3},
            "cookies": "off",
            "tls": {"verify": False},
            "http_version": "1.1",
            "timeouts": {"connect_ms": 5_000, "read_ms": 5_000},
            "maximum_body_bytes": 100_000,
            "compression": False,
        },
        "body_type": "form-data",
        "body": {"file": {"filename": "a.txt", "content": "{{env.API_KEY}}"}},
    },
    "response": {
        "expected_status_code": ["2xx", 404],
        "expected_headers": {"Content-Type": "application/json"},
        "expected_body": {"method": "POST", "query": {"id": "{{iteration.value.id | string}}"}},
        "ignore_paths": ["$.headers.date"],
        "snapshots": {"whole": {"method": "POST", "headers": {}, "query": {}, "body": ""}},
        "capture_vars": {
            "id": {"path": "$.query.id"},
            "sent": {"path": "$.body", "secret": True},
            "state": {"from": "status"},
            "whole": {"from": "text", "into": "shared_variables", "name": "all", "secret": True},
        },
        "assertions": [
            {"type": "jsonpath", "path": "$.query.id", "expected": "4", "severity": "warning"},
            {"type": "snapshot", "name": "whole", "masks": ["$.headers", "$.query", "$.body"]},
            {"type": "header", "name": "X-None", "operator": "absent", "description": "no such"},
            {"type": "cookie", "name": "none", "operator": "absent"},
        ],
    },
}


async def test_a_case_with_every_field_runs(workspace: Workspace) -> None:
    await workspace.set_variable("API_KEY", SECRET, is_secret=True)
    await workspace.set_variable("LOCALE", "en")
    case_id = await workspace.add_case("all", "/echo", method="POST", **CASE)
    await workspace.add_case("after", "/items/{{captured_data.all.id[1]}}")
    run = await workspace.run(options={"seed": 3, "timing": "full"})
    page = await workspace.get(f"/runs/{run['id']}/results", limit=200, include=EVIDENCE)
    first, second, after = sorted(
        (item for item in page["items"] if item["is_final"]),
        key=lambda item: (item["key"] == "after", item["iteration"]),
    )
    assert run["counts"]["passed"] == 3, page
    assert (first["iteration_name"], second["iteration_name"]) == ("item 3", "item 4")
    assert after["timeline"]["held_by"][0] == {"kind": "dependency", "name": "all"}
    assert second["timeline"]["held_by"][0] == {"kind": "lock", "name": "cart"}
    (warned,) = [entry for entry in first["assertions"] if not entry["passed"]]
    assert (warned["severity"], warned["diff"]) == ("warning", '$.query.id\n- "4"\n+ "3"')
    assert all(entry["passed"] for entry in second["assertions"])
    assert first["details"]["request_headers"]["Cookie"] == "theme=dark"
    assert "first_byte_ms" in first["details"]["timing_phases"]
    context = await workspace.get(f"/runs/{run['id']}/context")
    captured = {"id": ["3", "4"], "sent": "***", "state": [200, 200]}
    assert context["captured_data"] == {"all": captured}
    assert context["shared_variables"] == {"all": "***"}
    case = await workspace.get(f"/cases/{case_id}")
    for part in ("request", "response"):
        assert case[part] == case[part] | CASE[part]
    assert SECRET not in f"{page}{context}"
