from collections.abc import Callable

import httpx
import pytest
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

from scripts.demonstration.components import SupabaseDetails
from supabase import AsyncClient

NewEmail = Callable[[], str]
PASSWORD = "correct horse"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_a_created_user_can_sign_in(
    service_client: AsyncClient, client: AsyncClient, new_email: NewEmail
) -> None:
    email = new_email()
    created = await service_client.auth.admin.create_user(
        {"email": email.upper(), "password": PASSWORD, "email_confirm": True}
    )
    assert created.user.email == email
    signed_in = await client.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    assert signed_in.user is not None
    assert signed_in.user.id == created.user.id


async def test_users_are_listed_by_page_newest_first(
    service_client: AsyncClient, new_email: NewEmail
) -> None:
    created = [
        (await service_client.auth.admin.create_user({"email": new_email(), "password": PASSWORD}))
        for _ in range(3)
    ]
    page = await service_client.auth.admin.list_users(page=1, per_page=2)
    assert [user.id for user in page] == [created[2].user.id, created[1].user.id]


async def test_metadata_is_merged_and_null_removes_a_key(
    service_client: AsyncClient, new_email: NewEmail
) -> None:
    metadata = {"name": "Ada", "nested": {"kept": None}}
    created = await service_client.auth.admin.create_user(
        {"email": new_email(), "password": PASSWORD, "user_metadata": metadata}
    )
    changed = await service_client.auth.admin.update_user_by_id(
        created.user.id, {"user_metadata": {"name": None, "color": "green"}}
    )
    assert changed.user.user_metadata == {"color": "green", "nested": {"kept": None}}


async def test_a_new_password_and_address_replace_the_old_ones(
    service_client: AsyncClient, client: AsyncClient, new_email: NewEmail
) -> None:
    created = await service_client.auth.admin.create_user(
        {"email": new_email(), "password": PASSWORD, "email_confirm": True}
    )
    email = new_email()
    changed = await service_client.auth.admin.update_user_by_id(
        created.user.id, {"email": email, "password": "battery staple"}
    )
    assert changed.user.email == email
    assert changed.user.identities is not None
    assert changed.user.identities[0].identity_data["email"] == email
    answer = await client.auth.sign_in_with_password({"email": email, "password": "battery staple"})
    assert answer.user is not None


async def test_a_deleted_user_is_gone_with_the_sessions(
    service_client: AsyncClient, client: AsyncClient, new_email: NewEmail
) -> None:
    signed_up = await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    assert signed_up.user is not None
    await service_client.auth.admin.delete_user(signed_up.user.id)
    with pytest.raises(AuthApiError) as refusal:
        await service_client.auth.admin.get_user_by_id(signed_up.user.id)
    assert refusal.value.code == "user_not_found"
    with pytest.raises(AuthApiError):
        await client.auth.refresh_session()


async def test_taken_addresses_and_weak_passwords_are_refused(
    service_client: AsyncClient, new_email: NewEmail
) -> None:
    email = new_email()
    await service_client.auth.admin.create_user({"email": email, "password": PASSWORD})
    with pytest.raises(AuthApiError) as refusal:
        await service_client.auth.admin.create_user({"email": email, "password": PASSWORD})
    assert refusal.value.code == "email_exists"
    with pytest.raises(AuthWeakPasswordError):
        await service_client.auth.admin.create_user({"email": new_email(), "password": "short"})


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/users", b"{}", 400),
        ("POST", "/users", b"not json", 400),
        ("POST", "/users", b'{"email": "no address"}', 400),
        ("GET", "/users/not-an-id", None, 400),
        ("GET", f"/users/{UNKNOWN}", None, 404),
        ("PUT", f"/users/{UNKNOWN}", b"{}", 404),
        ("DELETE", f"/users/{UNKNOWN}", None, 404),
        ("GET", "/users?page=first", None, 400),
    ],
)
async def test_bad_requests_are_answered_as_auth_errors(
    supabase: SupabaseDetails, method: str, path: str, body: bytes | None, status: int
) -> None:
    async with httpx.AsyncClient(headers={"apikey": supabase.secret_key}, timeout=30) as http:
        url = f"{supabase.supabase_url}/auth/v1/admin{path}"
        answer = await http.request(method, url, content=body)
    assert answer.status_code == status
    assert {"code", "error_code", "msg"} <= answer.json().keys()


async def test_only_the_secret_key_opens_the_admin_api(
    client: AsyncClient, new_email: NewEmail, supabase: SupabaseDetails
) -> None:
    signed_up = await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    assert signed_up.session is not None
    url = f"{supabase.supabase_url}/auth/v1/admin/users"
    bearer = {"Authorization": f"Bearer {signed_up.session.access_token}"}
    async with httpx.AsyncClient(timeout=30) as http:
        keyless = await http.get(url)
        public = await http.get(url, headers={"apikey": supabase.publishable_key})
        person = await http.get(url, headers={"apikey": supabase.publishable_key, **bearer})
        person_with_secret = await http.get(url, headers={"apikey": supabase.secret_key, **bearer})
        legacy = await http.get(url, headers={"apikey": supabase.service_role_jwt})
    statuses = [answer.status_code for answer in (keyless, public, person, person_with_secret)]
    assert statuses == [401, 403, 403, 403]
    assert legacy.status_code == 200
