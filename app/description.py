"""What the description of the API says beside its operations."""

from typing import Any, Final

TITLE: Final = "API testing platform"
SUMMARY: Final = "Runs API tests concurrently, streams them live and remembers every result."
DESCRIPTION: Final = f"""\
{SUMMARY}

**Calling.** `Authorization: Bearer <access token>`: one that Supabase auth issued to a person, or one that
`POST /api/v1/access-tokens` gave for an API token. What you may not see is answered like what does not exist, with
404; what you see and may not change, with 403.

**Refusals** are `application/problem+json` (RFC 9457). Build on `code`, which is stable; `field` names the first wrong
field, `errors` all of them. Any operation may also answer 500 `internal_error`: quote its `request_id`.

**Bodies** are JSON and say so: `Content-Type: application/json`, without `Content-Encoding`; others are refused with 415.
Answers are JSON whatever `Accept` says, but for suites as files and streams of events. There is HEAD where there is GET,
and OPTIONS tells the methods of a path.

**Lists** are `{{"items": [...], "next_cursor": ...}}`, at most `limit` items. The next piece is at `Link`, or at the same
address with `cursor`; a cursor belongs to its list and order. `sort=-name` turns an order round, and `include` adds
parts that are absent otherwise.

**Reads** carry an `ETag`: with `If-None-Match` an unchanged one is answered with 304. **Changes** take it as `If-Match`,
and are refused with 412 when others changed the resource meanwhile. PATCH changes the fields that are sent, PUT
replaces, both answer the new state with 200; DELETE answers 204, what is created 201 and what goes on after the answer
202. `Location` is where to read what is new.

**Repeating.** A POST with an `Idempotency-Key` is carried out once: repeated within a day it is answered alike, with
`Idempotent-Replayed: true`.

**Times** are ISO 8601 in UTC, durations say their unit, ids are UUIDs unless described otherwise.
"""
LICENSE: Final = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
# Relative: wherever the description was read.
SERVERS: Final[list[dict[str, Any]]] = [{"url": "/", "description": "This installation."}]
TAGS: Final[list[dict[str, Any]]] = [
    {"name": name, "description": description}
    for name, description in {
        "organizations": "Who shares projects; everything belongs to one.",
        "members": "Who belongs to an organization, and their roles: viewer, editor, admin, owner.",
        "invitations": "How people become members.",
        "users": "The person who calls.",
        "API tokens": "For machines: scoped, expiring, revocable, exchanged for access tokens.",
        "credentials": "A person's own secrets for APIs under test; secret parts are never shown again.",
        "preferences": "What a person chose for themselves.",
        "saved searches": "Filters that a person keeps, and that can select the tests of a run.",
        "report templates": "What reports of an organization show.",
        "audit log": "Who changed what and when, for admins.",
        "projects": "An API under test, with its suites, environments and runs.",
        "suites": "Ordered groups of test cases.",
        "cases": "Test cases: a request, what is expected of the answer, and what is captured from it.",
        "endpoints": "The operations of the API under test that cases call.",
        "dependencies": "Which test comes before which, declared or implied by templates.",
        "fixtures": "Test data with a name.",
        "imports": "Test cases from OpenAPI, Postman, HAR, cURL, Hurl and Bruno.",
        "suite documents": "Suites as readable files, for Git.",
        "environments": "Where a run points, with its variables and secrets.",
        "runs": "Starting, following, cancelling and repeating runs.",
        "batches": "The same tests in several environments.",
        "results": "What each test of a run did, attempt by attempt.",
        "comparisons": "What changed between two runs.",
        "trials": "A request shown, or sent once, without a run.",
        "hooks": "Events of other services that start runs.",
        "realtime": "Runs and projects followed live, as server-sent events.",
        "health": "For load balancers and operators.",
    }.items()
]
