from collections.abc import Callable
from typing import Any

import pytest
from postgrest import CountMethod
from postgrest.exceptions import APIError

from scripts.demonstration.components import SupabaseDetails
from tests.local_supabase.conftest import WHOAMI, Connect

# supabase-py leaves the types of its query builders partly unknown, which strict pyright refuses.
Client = Any
NewEmail = Callable[[], str]
PASSWORD = "correct horse"


async def test_a_user_writes_and_reads_own_rows(
    client: Client, new_email: NewEmail, notes: str
) -> None:
    user = (await client.auth.sign_up({"email": new_email(), "password": PASSWORD})).user
    assert user is not None
    inserted = await client.table(notes).insert({"body": "first"}).execute()
    read = await client.table(notes).select("id, owner, body").eq("body", "first").execute()
    assert read.data == inserted.data
    assert [row["owner"] for row in read.data] == [user.id]


async def test_rows_of_others_are_invisible_and_cannot_be_forged(
    client: Client, service_client: Client, new_email: NewEmail, notes: str
) -> None:
    owner = await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    assert owner.user is not None
    await client.table(notes).insert({"body": "private"}).execute()
    await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    assert (await client.table(notes).select("*").execute()).data == []
    with pytest.raises(APIError) as refusal:
        await client.table(notes).insert({"body": "forged", "owner": owner.user.id}).execute()
    assert refusal.value.code == "42501"
    everything = await service_client.table(notes).select("*").eq("owner", owner.user.id).execute()
    assert len(everything.data) == 1


async def test_a_function_knows_its_caller(
    client: Client, service_client: Client, new_email: NewEmail, notes: str
) -> None:
    anonymous = await client.rpc(WHOAMI).execute()
    assert anonymous.data == {"uid": None, "role": "anon", "email": None}
    email = new_email()
    user = (await client.auth.sign_up({"email": email, "password": PASSWORD})).user
    assert user is not None
    signed_in = await client.rpc(WHOAMI).execute()
    assert signed_in.data == {"uid": user.id, "role": "authenticated", "email": email}
    service = await service_client.rpc(WHOAMI).execute()
    assert service.data == {"uid": None, "role": "service_role", "email": None}


async def test_the_legacy_keys_work_too(
    supabase: SupabaseDetails, connect: Connect, notes: str
) -> None:
    clients: list[Client] = [
        await connect(key) for key in (supabase.anon_jwt, supabase.service_role_jwt)
    ]
    callers: list[Any] = [(await client.rpc(WHOAMI).execute()).data for client in clients]
    assert callers == [
        {"uid": None, "role": "anon", "email": None},
        {"uid": None, "role": "service_role", "email": None},
    ]


async def test_counting_upserting_and_deleting(
    client: Client, new_email: NewEmail, notes: str
) -> None:
    await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    rows = [{"body": f"note {number}"} for number in range(5)]
    await client.table(notes).insert(rows).execute()
    counted = await client.table(notes).select("*", count=CountMethod.exact).limit(2).execute()
    assert (counted.count, len(counted.data)) == (5, 2)
    deleted = await client.table(notes).delete().in_("body", ["note 1", "note, 2"]).execute()
    assert len(deleted.data) == 1
