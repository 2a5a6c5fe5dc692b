import asyncio
import traceback
from uuid import UUID, uuid4

import pytest

from app.core.errors import (
    AlreadyExistsError,
    ForbiddenError,
    InvalidError,
    InvalidTokenError,
    UnauthorizedError,
)
from app.db.database import Database
from app.db.errors import DatabaseMismatchError
from app.db.session import Keyset, Row, Session
from tests.fixtures.users import SignUp

BY_AGE = Keyset(("created_at", "id"))


def create_slug() -> str:
    return f"db-{uuid4().hex[:12]}"


async def create_organization(session: Session) -> Row:
    return await session.call("create_organization", {"name": "Acme", "slug": create_slug()})


async def test_a_call_returns_the_document(as_user: Session) -> None:
    organization = await create_organization(as_user)
    found = await as_user.find("organizations", "id,slug", id=organization["id"])
    assert found == {"id": organization["id"], "slug": organization["slug"]}


async def test_what_is_absent_is_none(as_user: Session) -> None:
    assert await as_user.find("organizations", "id", id=uuid4()) is None


async def test_rows_are_inserted_and_replaced(as_user: Session) -> None:
    organization = await create_organization(as_user)
    row = {"organization_id": organization["id"], "name": 'a "quoted", (odd) name'}
    inserted = await as_user.insert("projects", row, "id,name")
    assert inserted["name"] == row["name"]
    replaced = await as_user.upsert(
        "projects",
        {**row, "description": "new"},
        "id,description",
        on_conflict=("organization_id", "name"),
    )
    assert replaced == {"id": inserted["id"], "description": "new"}


async def test_a_refused_row_is_not_quoted(api_database: Database) -> None:
    row = {"name": "Acme", "slug": "Not a Slug", "description": "something secret"}
    with pytest.raises(InvalidError) as refusal:
        await api_database.as_service().insert("organizations", row, "id")
    lines = traceback.format_exception(refusal.value)
    assert "violates check constraint" in "".join(lines)
    assert "something secret" not in "".join(lines)


async def test_a_row_is_deleted_once(as_user: Session) -> None:
    organization = await create_organization(as_user)
    row = {"organization_id": organization["id"], "name": "Shop"}
    kept, gone = [
        await as_user.insert("projects", {**row, "name": name}, "id") for name in ("Kept", "Gone")
    ]
    assert await as_user.delete("projects", UUID(gone["id"]))
    assert not await as_user.delete("projects", UUID(gone["id"]))
    assert await as_user.find("projects", "id", id=kept["id"]) == kept


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("columns", [("status", "name"), ("name", "status")])
async def test_a_keyset_goes_through_all_rows_once(
    as_user: Session, descending: bool, columns: tuple[str, ...]
) -> None:
    organization = await create_organization(as_user)
    names = ["a,b", 'c"d', "e)f", "g\\h", "i.eq.j"]
    for name in names:
        await as_user.insert(
            "projects", {"organization_id": organization["id"], "name": name}, "id"
        )
    seen: list[str] = []
    after: tuple[str, ...] | None = None
    while rows := await as_user.select(
        "projects",
        "id,name,status",
        where={"organization_id": organization["id"]},
        keyset=Keyset(columns, descending, after),
        limit=2,
    ):
        seen += [row["name"] for row in rows]
        after = tuple(rows[-1][column] for column in columns)
    assert sorted(seen) == sorted(names)
    assert len(seen) == len(names)


async def test_sessions_do_not_mix_identities(api_database: Database, sign_up: SignUp) -> None:
    sessions = [api_database.as_user((await sign_up()).access_token) for _ in range(4)]
    organizations = [await create_organization(session) for session in sessions]
    answers = await asyncio.gather(
        *(
            session.select("organizations", "id", where={}, keyset=BY_AGE, limit=10)
            for _ in range(25)
            for session in sessions
        )
    )
    expected = [[{"id": organization["id"]}] for organization in organizations]
    assert answers == expected * 25


async def test_the_service_sees_everything(api_database: Database, as_user: Session) -> None:
    organization = await create_organization(as_user)
    service = api_database.as_service()
    assert await service.find("organizations", "id", id=organization["id"])


async def test_refusals_of_the_database_are_ours(as_user: Session) -> None:
    organization = await create_organization(as_user)
    with pytest.raises(AlreadyExistsError):
        await as_user.call("create_organization", {"name": "B", "slug": organization["slug"]})
    with pytest.raises(ForbiddenError):
        await as_user.insert("projects", {"organization_id": str(uuid4()), "name": "x"}, "id")
    with pytest.raises(ForbiddenError):
        await as_user.call("find_runs_to_resume", {"stale_after_seconds": 1})
    with pytest.raises(InvalidError):
        await as_user.find("organizations", "id", id="no uuid")
    with pytest.raises(DatabaseMismatchError):
        await as_user.call("a_function_that_does_not_exist", {})
    with pytest.raises(DatabaseMismatchError):
        await as_user.find("a_table_that_does_not_exist", "id", id=1)


async def test_a_token_that_postgrest_refuses_is_the_callers_fault(
    api_database: Database,
) -> None:
    with pytest.raises(UnauthorizedError) as raised:
        await api_database.as_user("not.a.token").find("organizations", "id", slug="x")
    assert isinstance(raised.value, InvalidTokenError)
