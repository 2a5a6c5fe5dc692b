from collections.abc import Callable

import jwt
import psycopg
import pytest
from supabase_auth.errors import AuthApiError

from scripts.demonstration.components import SupabaseDetails
from supabase import AsyncClient

NewEmail = Callable[[], str]
PASSWORD = "correct horse"


async def test_signing_up_makes_a_session_and_stores_the_metadata(
    client: AsyncClient, new_email: NewEmail, supabase: SupabaseDetails
) -> None:
    email = new_email()
    answer = await client.auth.sign_up(
        {"email": email, "password": PASSWORD, "options": {"data": {"name": "Ada"}}}
    )
    assert answer.user is not None
    assert answer.session is not None
    assert answer.user.email == email
    async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
        cursor = await connection.execute(
            "select raw_user_meta_data ->> 'name', jsonb_typeof(raw_app_meta_data)"
            " from auth.users where id = %s",
            [answer.user.id],
        )
        assert await cursor.fetchone() == ("Ada", "object")


async def test_a_token_carries_the_claims_of_hosted_auth(
    client: AsyncClient, new_email: NewEmail, supabase: SupabaseDetails
) -> None:
    email = new_email()
    answer = await client.auth.sign_up({"email": email, "password": PASSWORD})
    assert answer.session is not None
    claims = jwt.decode(
        answer.session.access_token,
        supabase.jwt_secret,
        algorithms=["HS256"],
        audience="authenticated",
        issuer=f"{supabase.supabase_url}/auth/v1",
    )
    assert claims["role"] == "authenticated"
    assert claims["email"] == email
    assert claims["aal"] == "aal1"
    assert claims["is_anonymous"] is False
    assert claims["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert {"sub", "exp", "iat", "session_id", "amr", "phone", "user_metadata"} <= claims.keys()


async def test_signing_in_refreshing_and_asking_who_one_is(
    client: AsyncClient, new_email: NewEmail
) -> None:
    email = new_email()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    await client.auth.sign_out()
    signed_in = await client.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    assert signed_in.session is not None
    refreshed = await client.auth.refresh_session()
    assert refreshed.session is not None
    assert refreshed.session.refresh_token != signed_in.session.refresh_token
    user = await client.auth.get_user()
    assert user is not None
    assert user.user.email == email


async def test_a_refreshed_token_has_the_same_claims(
    client: AsyncClient, new_email: NewEmail
) -> None:
    await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    first = await client.auth.get_claims()
    await client.auth.refresh_session()
    second = await client.auth.get_claims()
    assert first is not None
    assert second is not None
    assert first["claims"].keys() == second["claims"].keys()
    assert first["claims"].get("iss") == second["claims"].get("iss")


async def test_a_wrong_password_is_refused(client: AsyncClient, new_email: NewEmail) -> None:
    email = new_email()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    with pytest.raises(AuthApiError) as refusal:
        await client.auth.sign_in_with_password({"email": email, "password": "battery staple"})
    assert refusal.value.code == "invalid_credentials"


async def test_an_address_signs_up_once(client: AsyncClient, new_email: NewEmail) -> None:
    email = new_email()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    with pytest.raises(AuthApiError) as refusal:
        await client.auth.sign_up({"email": email, "password": PASSWORD})
    assert refusal.value.code == "user_already_exists"


async def test_users_change_their_own_metadata_and_password(
    client: AsyncClient, new_email: NewEmail
) -> None:
    email = new_email()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    updated = await client.auth.update_user(
        {"data": {"color": "green"}, "password": "new password"}
    )
    assert updated.user.user_metadata["color"] == "green"
    await client.auth.sign_out()
    signed_in = await client.auth.sign_in_with_password(
        {"email": email, "password": "new password"}
    )
    assert signed_in.user is not None


async def test_a_signed_out_session_cannot_be_refreshed(
    client: AsyncClient, new_email: NewEmail
) -> None:
    answer = await client.auth.sign_up({"email": new_email(), "password": PASSWORD})
    assert answer.session is not None
    await client.auth.sign_out()
    with pytest.raises(AuthApiError):
        await client.auth.refresh_session(answer.session.refresh_token)
