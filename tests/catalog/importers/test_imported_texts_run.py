"""cURL, Hurl and Bruno through the API: what was imported runs against the shop, and stays edited."""

from typing import Any

import httpx
import pytest

from tests.catalog.importers.bruno.collections import BRU
from tests.runs.workspace import Workspace
from tests.targets.serving import RunningShop
from tests.targets.shop import PASSWORD, USERNAME

CURL = r"""
# Is it up?
curl -sS https://shop.example/health

# Log in
curl https://shop.example/auth/login --json "{\"username\": \"$MAIL\", \"password\": \"$PASSWORD\"}"

# Echo
curl -X PUT 'https://shop.example/echo?a=b%20c' -H "X-Mail: $MAIL" \
  -u 'ada:correct horse battery staple' -d 'x=1' --data-urlencode 'y=a&b'

curl https://shop.example/items/7 -k -L -m 20
"""

HURL = r"""
# Log in
POST {{host}}/auth/login
{
  "username": "{{mail}}",
  "password": "{{password}}"
}
HTTP 200
Content-Type: application/json
[Captures]
token: jsonpath "$.access_token" redact
user_number: jsonpath "$.user_id" split "-" nth 1 toInt
[Asserts]
jsonpath "$.token_type" == "bearer"
jsonpath "$.access_token" startsWith "shop-"

# Catalog
GET {{host}}/catalog
Authorization: Bearer {{token}}
HTTP 200
[Captures]
product: jsonpath "$.products[0].id"
[Asserts]
jsonpath "$.products" count == 3
jsonpath "$.products[*].name" contains "Hand grinder"
jsonpath "$.products[?(@.price > 40)].id" count >= 2
jsonpath "$.products" nth 0 jsonpath "$.id" matches /^prod-\d+$/
jsonpath "$.next" not exists
duration < 20000
bytes count > 10

# Cart
POST {{host}}/cart
Authorization: Bearer {{token}}
{"product_id": "{{product}}", "quantity": 2}
HTTP 201
[Asserts]
jsonpath "$.items[0].quantity" == 2

# Flaky
GET {{host}}/flaky/hurl/1
[Options]
retry: 2
retry-interval: 10ms
HTTP 200

# Item
GET {{host}}/items/{{user_number}}
HTTP 200
{"id": {{user_number}}}

# Anything goes
GET {{host}}/status/418
HTTP *

# Echo
POST {{host}}/echo
[Query]
q: a b
[Form]
mail: {{mail}}
id: {{newUuid}}
HTTP 200
[Asserts]
body contains "mail="
jsonpath "$.query.q" == "a b"
jsonpath "$.method" isString
"""

BRUNO = BRU.replace('"username": "ada"', '"username": "{{mail}}"')

TEXTS = {"curl": CURL, "hurl": HURL, "bruno": BRUNO}
COUNTS = {"curl": 4, "hurl": 7, "bruno": 2}


async def import_text(workspace: Workspace, name: str, text: str) -> dict[str, Any]:
    path = f"/projects/{workspace.project_id}/imports"
    answer = await workspace.client.post(path, json={"format": name, "text": text})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()["report"]


@pytest.mark.parametrize("name", TEXTS)
async def test_what_was_imported_passes(workspace: Workspace, shop: RunningShop, name: str) -> None:
    report = await import_text(workspace, name, TEXTS[name])

    assert [case["reason"] for case in report["created"]] == [None] * COUNTS[name]
    assert not [notice for notice in report["notices"] if notice["kind"] == "not_imported"]
    for variable in report["variables"]:
        is_password = variable["key"].upper().startswith("PASSWORD")
        value = PASSWORD if is_password else USERNAME
        await workspace.set_variable(variable["key"], value, is_secret=variable["is_secret"])
    run = await workspace.run()
    results = await workspace.results(run["id"])
    assert {key: result["status"] for key, result in results.items()} == {
        case["key"]: "passed" for case in report["created"]
    }
    assert shop.traffic.count("POST /auth/login") == 1


@pytest.mark.parametrize("name", TEXTS)
async def test_edits_of_people_stay(workspace: Workspace, name: str) -> None:
    await import_text(workspace, name, TEXTS[name])
    suites = await workspace.get(f"/projects/{workspace.project_id}/suites")
    suite = next(entry for entry in suites["items"] if entry["name"] != "Suite")
    page = await workspace.get(f"/suites/{suite['id']}/cases")
    login = next(entry for entry in page["items"] if entry["key"] == "log-in")
    before = await workspace.get(f"/cases/{login['id']}")
    answer = await workspace.client.patch(
        f"/cases/{login['id']}",
        json={"name": "Sign in"},
        headers={"If-Match": await _read_tag(workspace, login["id"])},
    )
    assert answer.status_code == httpx.codes.OK, answer.text

    again = await import_text(workspace, name, TEXTS[name])
    later = await import_text(workspace, name, TEXTS[name].replace("/auth/login", "/auth/login2"))

    assert (again["created"], again["updated"]) == ([], [])
    after = await workspace.get(f"/cases/{login['id']}")
    assert after["name"] == "Sign in"
    if name == "bruno":
        # Its requests are known by their names, whatever their addresses.
        assert [entry["fields"] for entry in later["updated"]] == [["endpoint.path"]]
        assert after["endpoint"]["path"] == "/auth/login2"
    else:
        assert [entry["key"] for entry in later["missing"]] == ["log-in"]
        assert after["endpoint"] == before["endpoint"]


async def _read_tag(workspace: Workspace, case_id: str) -> str:
    answer = await workspace.client.get(f"/cases/{case_id}")
    return answer.headers["ETag"]
