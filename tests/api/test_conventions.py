"""What all operations have in common, tried on every one that the description says it of."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest

from tests.api.calling import TABLE, freshen
from tests.api.examples import Operation, fill_in
from tests.api.world import World

STALE = '"what-nobody-has-seen"'
# They do not answer with what they did: they stream, or take no token.
NOT_REPEATED = frozenset({"create_access_token", "deliver_to_hook"})


def build(world: World, operation: Operation, **headers: str) -> httpx.Request:
    """Return the request that the description shows, with the ids of the world."""
    return world.team.owner.http.build_request(
        operation.method.upper(),
        operation.path.format(**{name: world.known[name] for name in operation.parameters}),
        params=fill_in(operation.make_query(), world.known),
        json=freshen(fill_in(operation.make_body(), world.known)),
        headers=headers,
    )


async def send(world: World, request: httpx.Request) -> httpx.Response:
    return await world.team.owner.http.send(request)


async def send_all(
    world: World,
    operations: dict[str, Operation],
    wanted: Callable[[Operation], bool],
    **headers: str,
) -> dict[str, httpx.Response]:
    """Return what the operations answer, by their names."""
    chosen = {name: operation for name, operation in operations.items() if wanted(operation)}
    assert chosen
    return {
        name: await send(world, build(world, operation, **headers))
        for name, operation in chosen.items()
    }


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    if answer.headers["Content-Type"] != "application/problem+json":
        return False
    document = answer.json()
    return (answer.status_code, document["status"], document["code"]) == (
        status,
        status,
        code,
    ) and document["request_id"] == answer.headers["X-Request-ID"]


async def test_every_list_can_be_walked_piece_by_piece(
    world: World, operations: dict[str, Operation]
) -> None:
    """With each order, both ways round, by `Link` alone; filters stay in it."""
    for name, operation in operations.items():
        if "cursor" not in operation.query_names:
            continue
        for sort in operation.list_choices("sort") or [None]:
            first = build(world, operation)
            parameters = {"limit": "1"} | ({"sort": sort} if sort else {})
            first.url = first.url.copy_merge_params(parameters)
            whole = first.url.copy_merge_params({"limit": "200"})
            every = (await world.team.owner.http.get(whole)).json()["items"]
            walked: list[Any] = []
            url: httpx.URL | None = first.url
            while url is not None and len(walked) < 4:
                answer = await world.team.owner.http.get(url)
                assert answer.status_code == 200, (name, sort, answer.text)
                walked += answer.json()["items"]
                following = answer.links.get("next", {}).get("url")
                assert (following is None) == (answer.json()["next_cursor"] is None), name
                url = first.url.join(following) if following else None
                assert url is None or parameters.items() <= dict(url.params).items(), name
            assert _identify(walked) == _identify(every[:4]), (name, sort)


def _identify(items: list[Any]) -> list[Any]:
    """Runs go on between two reads, so only which they are is compared."""
    return [item.get("id", item) for item in items]


async def test_every_list_refuses_what_is_no_piece_of_it(
    world: World, operations: dict[str, Operation]
) -> None:
    for name, operation in operations.items():
        if "cursor" not in operation.query_names:
            continue
        for query, code in (
            ({"limit": "0"}, "invalid_request"),
            ({"limit": "501"}, "invalid_request"),
            ({"cursor": "nonsense"}, "invalid_cursor"),
            ({"cursor": "WyJhIiwiYiJd"}, "invalid_cursor"),
            ({"surprise": "1"}, "invalid_request"),
        ):
            request = build(world, operation)
            answer = await world.team.owner.http.get(request.url.copy_merge_params(query))
            assert is_problem(answer, 422, code), (name, query, answer.text)
            assert answer.json()["field"] == next(iter(query)), (name, query)


async def test_a_cursor_serves_its_own_order_only(world: World) -> None:
    path = "/suites/{suite_id}/cases".format(**world.known)
    first = (await world.team.owner.get(path, sort="name", limit=1)).json()
    for sort in ("-name", "created_at", "order_index"):
        answer = await world.team.owner.get(path, sort=sort, cursor=first["next_cursor"])
        assert is_problem(answer, 422, "invalid_cursor"), answer.text


async def test_every_read_is_confirmed_with_304(
    world: World, operations: dict[str, Operation]
) -> None:
    def is_read(operation: Operation) -> bool:
        return operation.method == "get" and "304" in operation.statuses

    for name, answer in (await send_all(world, operations, is_read)).items():
        assert answer.status_code == 200, (name, answer.text)
        again = await send(
            world, build(world, operations[name], **{"If-None-Match": answer.headers["ETag"]})
        )
        assert (again.status_code, again.content) == (304, b""), name
        assert again.headers["ETag"] == answer.headers["ETag"], name


async def test_every_change_refuses_a_stale_tag(
    world: World, operations: dict[str, Operation]
) -> None:
    def is_change(operation: Operation) -> bool:
        return operation.method in {"put", "patch", "delete"}

    answers = await send_all(world, operations, is_change, **{"If-Match": STALE})
    for name, answer in answers.items():
        assert "If-Match" in operations[name].header_names, name
        assert is_problem(answer, 412, "precondition_failed"), (name, answer.text)


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("/projects/{project_id}", "suites"),
        ("/suites/{suite_id}", "cases"),
        ("/environments/{environment_id}", "variables"),
        ("/users/me", "memberships"),
    ],
)
async def test_tags_hold_with_and_without_parts(world: World, path: str, include: str) -> None:
    address = f"/api/v1{path.format(**world.known)}"
    http = world.team.owner.http
    name = "full_name" if include == "memberships" else "description"
    for query in ({}, {"include": include}):
        read = await http.get(address, params=query)
        changed = await http.patch(
            address, json={name: uuid4().hex}, headers={"If-Match": read.headers["ETag"]}
        )
        assert changed.status_code == 200, changed.text
        assert include not in changed.json()


async def test_the_variables_are_replaced_by_the_tag_of_their_list(world: World) -> None:
    address = "/api/v1/environments/{environment_id}/variables".format(**world.known)
    http = world.team.owner.http
    read = await http.get(address, params={"limit": 500})
    body = {
        "variables": {
            item["key"]: {"value": item["value"], "is_secret": item["is_secret"]}
            for item in read.json()["items"]
        }
        | {"ADDED": {"value": "1"}}
    }
    conditions = {"If-Match": read.headers["ETag"]}
    written = await http.put(address, json=body, headers=conditions)
    assert written.status_code == 200, written.text
    listed = await http.get(address, params={"limit": 500})
    assert (listed.json(), listed.headers["ETag"]) == (written.json(), written.headers["ETag"])
    late = await http.put(address, json=body, headers=conditions)
    assert is_problem(late, 412, "precondition_failed")


async def test_every_post_is_carried_out_once(
    doomed_world: World, operations: dict[str, Operation]
) -> None:
    """The same answer for the same request, 422 for another one with its key."""
    repeatable = {
        name
        for name, operation in operations.items()
        if operation.method == "post" and name not in NOT_REPEATED
    }
    assert all("Idempotency-Key" in operations[name].header_names for name in repeatable)
    for name in sorted(repeatable):
        request = build(doomed_world, operations[name], **{"Idempotency-Key": uuid4().hex})
        first = await send(doomed_world, request)
        if not first.is_success:
            assert TABLE[name]["owner"] >= 400, (name, first.text)
            continue
        again = await send(doomed_world, request)
        assert again.headers.get("Idempotent-Replayed") == "true", name
        assert (again.status_code, again.content) == (first.status_code, first.content), name
        for header in ("Location", "ETag"):
            assert again.headers.get(header) == first.headers.get(header), (name, header)
        other = httpx.Request(
            "POST", request.url, headers=_without_length(request), content=b'{"other": 1}'
        )
        answer = await send(doomed_world, other)
        assert is_problem(answer, 422, "idempotency_key_reused"), (name, answer.text)


def _without_length(request: httpx.Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers.items() if name != "content-length"]


async def test_one_of_two_at_once_is_carried_out(world: World) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    path = "/api/v1/projects/{project_id}/suites".format(**world.known)
    body = {"name": f"Once-{uuid4().hex[:8]}"}
    http = world.team.owner.http
    answers = await asyncio.gather(*(http.post(path, json=body, headers=headers) for _ in range(4)))
    created = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(created) == 1
    for answer in answers:
        assert answer.status_code == 201 or is_problem(answer, 409, "idempotency_key_in_use")


async def test_every_body_is_checked(world: World, operations: dict[str, Operation]) -> None:
    """Broken JSON, none at all and unknown fields are named, each as a problem."""
    for name, operation in operations.items():
        if not operation.requires_json:
            continue
        for body in (b"{", b"", b"[]", b'{"surprise": 1}'):
            answer = await send_body(world, operation, body, {"Content-Type": "application/json"})
            assert is_problem(answer, 422, "invalid_request"), (name, body, answer.text)
            assert answer.json()["field"], (name, body)


async def send_body(
    world: World, operation: Operation, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    request = build(world, operation)
    own = {**world.team.owner.user.headers, **headers}
    return await send(world, httpx.Request(request.method, request.url, headers=own, content=body))


async def test_every_body_has_to_be_json(world: World, operations: dict[str, Operation]) -> None:
    """It is not guessed what another body, or one of no type, could mean; compressed ones are none."""
    for name, operation in operations.items():
        if operation.takes_body:
            packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            answer = await send_body(world, operation, b"{}", packed)
            assert is_problem(answer, 415, "unsupported_content_encoding"), (name, answer.text)
            assert {"408", "413", "415"} <= operation.statuses, name
        if not operation.requires_json:
            continue
        for headers in ({"Content-Type": "application/x-www-form-urlencoded"}, {}):
            answer = await send_body(world, operation, b"{}", headers)
            assert is_problem(answer, 415, "unsupported_media_type"), (name, answer.text)
            assert answer.headers["Accept"] == "application/json", name


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_unknown_paths_are_problems(world: World, method: str) -> None:
    answer = await world.team.owner.http.request(method, "/api/v1/nothing-here")
    assert is_problem(answer, 404, "route_not_found")


async def test_other_methods_are_problems_that_name_the_allowed(world: World) -> None:
    answer = await world.team.owner.http.request("DELETE", "/api/v1/organizations")
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


async def test_every_path_tells_its_methods(world: World, operations: dict[str, Operation]) -> None:
    """And HEAD is answered as GET, without the content: of streams, too."""
    allowed: dict[str, set[str]] = {}
    for operation in operations.values():
        allowed.setdefault(operation.path, {"OPTIONS"}).add(operation.method.upper())
    for path, methods in allowed.items():
        address = path.format(**world.known)
        answer = await world.team.owner.http.request("OPTIONS", address)
        assert (answer.status_code, answer.content) == (204, b""), path
        heads = {"HEAD"} if "GET" in methods else set[str]()
        assert set(answer.headers["Allow"].split(", ")) == methods | heads, path
        assert ("Accept-Patch" in answer.headers) == ("PATCH" in methods), path


async def test_every_read_has_a_head(world: World, operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        if operation.method != "get" or name == "get_readiness":
            continue
        request = build(world, operation)
        request.method = "HEAD"
        head = await send(world, request)
        assert (head.status_code, head.content) == (200, b""), (name, head.text)
        assert head.headers["X-Request-ID"], name
        if "304" in operation.statuses:
            read = await send(world, build(world, operation))
            assert head.headers["ETag"] == read.headers["ETag"], name


async def test_request_ids_come_back(world: World) -> None:
    for offered, taken in (("from-the-page.1", True), ("with blanks", False), ("x" * 129, False)):
        answer = await world.team.owner.http.get(
            "/api/v1/nothing-here", headers={"X-Request-ID": offered}
        )
        assert is_problem(answer, 404, "route_not_found")
        assert (answer.headers["X-Request-ID"] == offered) is taken


async def test_all_times_are_in_utc(world: World, operations: dict[str, Operation]) -> None:
    def is_read(operation: Operation) -> bool:
        return operation.method == "get" and "304" in operation.statuses

    for name, answer in (await send_all(world, operations, is_read)).items():
        if not answer.headers["Content-Type"].startswith("application/json"):
            continue
        for field, value in _iter_times(answer.json()):
            assert value.endswith(("Z", "+00:00")), (name, field, value)


def _iter_times(document: Any) -> Iterator[tuple[str, str]]:
    if isinstance(document, list):
        for item in cast("list[Any]", document):
            yield from _iter_times(item)
    elif isinstance(document, dict):
        for name, value in cast("dict[str, Any]", document).items():
            if name.endswith("_at") and isinstance(value, str):
                yield name, value
            yield from _iter_times(value)
