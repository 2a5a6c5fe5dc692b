"""Dependencies of a project: declared, derived, and never a cycle."""

import asyncio
from typing import Any

import pytest

from tests.catalog.building import Workshop, open_workshop, refusal, send, use
from tests.workspaces.people import ROLES, Role, Team


async def read_graph(workshop: Workshop) -> dict[str, Any]:
    answer = await workshop.person.get(f"/projects/{workshop.project_id}/dependencies")
    assert answer.status_code == 200, answer.text
    return answer.json()


def edges_of(graph: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    keys = {node["test_case_id"]: node["key"] for node in graph["nodes"]}
    return {
        (keys[edge["dependent_test_id"]], keys[edge["required_test_id"]]): edge
        for edge in graph["edges"]
    }


async def connect(workshop: Workshop, dependent: Any, required: Any, **fields: Any) -> Any:
    path = f"/projects/{workshop.project_id}/dependencies"
    ids = {"dependent_test_id": dependent["id"], "required_test_id": required["id"]}
    return await workshop.person.post(path, ids | fields)


async def test_the_graph_has_levels_and_what_templates_imply(team: Team) -> None:
    workshop = await open_workshop(team)
    await workshop.add("cart", **use("captured_data.login.id"))
    await workshop.add("report", "cart")
    await workshop.add("login", response={"capture_vars": {"id": "$.id"}})
    await workshop.add("alone", enabled=False)
    await workshop.add("prepare", phase="setup")
    graph = await read_graph(workshop)
    levels = {node["key"]: node["level"] for node in graph["nodes"]}
    assert levels == {"prepare": 0, "login": 1, "alone": 1, "cart": 2, "report": 3}
    order = [node["key"] for node in graph["nodes"]]
    assert order.index("prepare") < order.index("login") < order.index("cart")
    edges = edges_of(graph)
    assert graph["cycle"] is None
    assert set(edges) == {("report", "cart"), ("cart", "login")}
    derived = edges["cart", "login"]
    assert (derived["id"], derived["is_derived"], derived["dependency_type"]) == (
        None,
        True,
        "data",
    )
    assert edges["report", "cart"]["id"] is not None


async def test_a_cycle_through_templates_is_reported(team: Team) -> None:
    workshop = await open_workshop(team)
    capturing = {"capture_vars": {"id": "$.id"}}
    await workshop.add("a", response=capturing, **use("captured_data.b.id"))
    await workshop.add("b", response=capturing, **use("captured_data.a.id"))
    await workshop.add("c", "b")
    graph = await read_graph(workshop)
    assert graph["cycle"] in (["a", "b", "a"], ["b", "a", "b"])
    ignored = [edge["is_ignored"] for edge in edges_of(graph).values()]
    assert sorted(ignored) == [False, False, True]
    assert None not in {node["level"] for node in graph["nodes"]}


async def test_dependencies_are_declared_and_removed(team: Team) -> None:
    workshop = await open_workshop(team)
    login, cart = await workshop.add("login"), await workshop.add("cart")
    made = await connect(workshop, cart, login, dependency_type="token")
    assert made.status_code == 201, made.text
    path = f"/dependencies/{made.json()['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    assert (await team.owner.get(path)).json() == made.json()
    assert (await workshop.read(cart))["dependencies"][0]["dependency_type"] == "token"
    assert refusal(await connect(workshop, cart, login)) == (409, "already_exists")
    assert (await team.owner.delete(path)).status_code == 204
    assert (await team.owner.delete(path)).status_code == 404
    assert (await workshop.read(cart))["dependencies"] == []


async def test_a_dependency_goes_as_it_is_known(team: Team) -> None:
    workshop = await open_workshop(team)
    login, cart = await workshop.add("login"), await workshop.add("cart", "login")
    graph = await team.owner.get(f"/projects/{workshop.project_id}/dependencies")
    path = f"/dependencies/{graph.json()['edges'][0]['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    needed = [{"required_test_key": login["key"], "condition": "completed"}]
    await team.owner.patch(f"/cases/{cart['id']}", {"dependencies": needed})
    stale = await send(team.owner, "DELETE", path, if_match=tag)
    assert refusal(stale) == (412, "precondition_failed")
    tag = (await team.owner.get(path)).headers["ETag"]
    assert (await send(team.owner, "DELETE", path, if_match=tag)).status_code == 204
    assert refusal(await send(team.owner, "DELETE", path, if_match=tag)) == (404, "not_found")


async def test_cycles_and_foreign_tests_are_refused(team: Team) -> None:
    workshop, other = await open_workshop(team), await open_workshop(team)
    login = await workshop.add("login")
    cart = await workshop.add("cart", "login")
    theirs = await other.add("theirs")
    cycle = await connect(workshop, login, cart)
    assert refusal(cycle) == (422, "dependency_cycle")
    assert "cart -> login" in cycle.json()["detail"]
    assert refusal(await connect(workshop, login, login)) == (422, "dependency_cycle")
    for pair in ((login, theirs), (theirs, login)):
        assert refusal(await connect(workshop, *pair)) == (422, "required_test_not_found")
    wrong = await connect(workshop, cart, login, dependency_type="data", condition="completed")
    assert refusal(wrong) == (422, "invalid_request")


async def test_two_writers_cannot_close_a_cycle_together(team: Team) -> None:
    workshop = await open_workshop(team)
    a, b = await workshop.add("a"), await workshop.add("b")
    answers = await asyncio.gather(connect(workshop, a, b), connect(workshop, b, a))
    assert sorted(answer.status_code for answer in answers) == [201, 422]


@pytest.mark.parametrize("role", ROLES)
async def test_editors_declare_and_members_read(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    login, cart = await workshop.add("login"), await workshop.add("cart")
    theirs = Workshop(team[role], workshop.project_id, workshop.suite_id)
    made = await connect(theirs, cart, login)
    assert made.status_code == {"viewer": 403, "stranger": 404}.get(role, 201), made.text
    edge = made if made.status_code == 201 else await connect(workshop, cart, login)
    path = f"/dependencies/{edge.json()['id']}"
    graph = await team[role].get(f"/projects/{workshop.project_id}/dependencies")
    for answer in (await team[role].get(path), graph):
        assert answer.status_code == (404 if role == "stranger" else 200)
    deleted = await team[role].delete(path)
    assert deleted.status_code == {"viewer": 403, "stranger": 404}.get(role, 204)
