"""Users in the tables of the auth service, for the admin API."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

USER_DOCUMENT = """
select jsonb_build_object(
    'id', u.id, 'aud', u.aud, 'role', u.role, 'email', u.email, 'phone', coalesce(u.phone, ''),
    'email_confirmed_at', u.email_confirmed_at, 'phone_confirmed_at', u.phone_confirmed_at,
    'confirmed_at', coalesce(u.email_confirmed_at, u.phone_confirmed_at), 'last_sign_in_at', u.last_sign_in_at,
    'app_metadata', u.raw_app_meta_data, 'user_metadata', u.raw_user_meta_data,
    'identities', coalesce((
        select jsonb_agg(jsonb_build_object(
            'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'provider', i.provider,
            'identity_data', i.identity_data, 'email', i.email, 'last_sign_in_at', i.last_sign_in_at,
            'created_at', i.created_at, 'updated_at', i.updated_at
        ) order by i.created_at)
        from auth.identities as i where i.user_id = u.id
    ), '[]'),
    'created_at', u.created_at, 'updated_at', u.updated_at, 'is_anonymous', u.is_anonymous
)
from auth.users as u
"""
GET_USER = USER_DOCUMENT + " where u.id = %(id)s"
LIST_USERS = USER_DOCUMENT + " order by u.created_at desc, u.id limit %(limit)s offset %(offset)s"
COUNT_USERS = "select count(*) from auth.users"
CREATE_USER = """
with created as (
    insert into auth.users (
        id, email, phone, role, encrypted_password, email_confirmed_at, phone_confirmed_at,
        raw_app_meta_data, raw_user_meta_data
    )
    values (
        %(id)s, lower(%(email)s), %(phone)s, %(role)s,
        extensions.crypt(%(password)s, extensions.gen_salt('bf', 10)),
        case when %(email_confirm)s then now() end, case when %(phone_confirm)s then now() end,
        %(app_metadata)s, %(user_metadata)s
    )
    returning id, email
)
insert into auth.identities (id, provider, provider_id, user_id, identity_data)
select gen_random_uuid(), 'email', id::text, id, jsonb_build_object('sub', id, 'email', email)
from created
where email is not null
"""
UPDATE_USER = """
-- A metadata key set to null is removed, as hosted.
update auth.users set
    email = coalesce(lower(%(email)s), email),
    phone = coalesce(%(phone)s, phone),
    role = coalesce(%(role)s, role),
    encrypted_password = coalesce(
        extensions.crypt(%(password)s, extensions.gen_salt('bf', 10)), encrypted_password
    ),
    email_confirmed_at = coalesce(email_confirmed_at, case when %(email_confirm)s then now() end),
    phone_confirmed_at = coalesce(phone_confirmed_at, case when %(phone_confirm)s then now() end),
    raw_app_meta_data = (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(raw_app_meta_data || coalesce(%(app_metadata)s::jsonb, '{}'))
        where jsonb_typeof(value) <> 'null'
    ),
    raw_user_meta_data = (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(raw_user_meta_data || coalesce(%(user_metadata)s::jsonb, '{}'))
        where jsonb_typeof(value) <> 'null'
    ),
    updated_at = now()
where id = %(id)s
"""
UPDATE_IDENTITY = """
update auth.identities
set identity_data = identity_data || jsonb_build_object('email', lower(%(email)s)), updated_at = now()
where user_id = %(id)s and provider = 'email' and %(email)s::text is not null
"""
DELETE_USER = "delete from auth.users where id = %(id)s"

UserDocument = dict[str, Any]


class UserAttributes(BaseModel):
    """What the admin API lets its caller set."""

    model_config = ConfigDict(extra="ignore")

    id: UUID | None = None
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = None
    role: str | None = None
    password: str | None = Field(default=None, min_length=6)
    email_confirm: bool = False
    phone_confirm: bool = False
    app_metadata: dict[str, Any] | None = None
    user_metadata: dict[str, Any] | None = None

    def to_parameters(self, user_id: UUID) -> dict[str, Any]:
        return {
            **self.model_dump(exclude={"id", "app_metadata", "user_metadata"}),
            "id": user_id,
            "app_metadata": _to_jsonb(self.app_metadata),
            "user_metadata": _to_jsonb(self.user_metadata),
        }


@dataclass(frozen=True, slots=True)
class UserStore:
    """Connects for each request: the admin API is for tests and seeds, not for load."""

    database_url: str

    async def create(self, attributes: UserAttributes) -> UserDocument:
        """Raise psycopg.errors.UniqueViolation when the id, e-mail address or phone number is taken."""
        user_id = attributes.id or uuid4()
        app_metadata = {
            "provider": "email",
            "providers": ["email"],
            **(attributes.app_metadata or {}),
        }
        complete = attributes.model_copy(
            update={
                "role": attributes.role or "authenticated",
                "app_metadata": app_metadata,
                "user_metadata": attributes.user_metadata or {},
            }
        )
        async with self._connect() as connection:
            await connection.execute(CREATE_USER, complete.to_parameters(user_id))
            return await _get_created(connection, user_id)

    async def find(self, user_id: UUID) -> UserDocument | None:
        async with self._connect() as connection:
            return await _find(connection, user_id)

    async def list_page(self, limit: int, offset: int) -> tuple[list[UserDocument], int]:
        """Return one page, newest first, and the number of all users."""
        async with self._connect() as connection:
            cursor = await connection.execute(LIST_USERS, {"limit": limit, "offset": offset})
            users = [document for (document,) in await cursor.fetchall()]
            counted = await (await connection.execute(COUNT_USERS)).fetchone()
        return users, counted[0] if counted else 0

    async def update(self, user_id: UUID, attributes: UserAttributes) -> UserDocument | None:
        """Return None for an unknown user; raise psycopg.errors.UniqueViolation."""
        parameters = attributes.to_parameters(user_id)
        async with self._connect() as connection:
            await connection.execute(UPDATE_USER, parameters)
            await connection.execute(UPDATE_IDENTITY, parameters)
            return await _find(connection, user_id)

    async def delete(self, user_id: UUID) -> bool:
        """Return whether there was such a user; sessions and identities go with it."""
        async with self._connect() as connection:
            cursor = await connection.execute(DELETE_USER, {"id": user_id})
        return cursor.rowcount == 1

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[psycopg.AsyncConnection]:
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            yield connection


async def _find(connection: psycopg.AsyncConnection, user_id: UUID) -> UserDocument | None:
    row = await (await connection.execute(GET_USER, {"id": user_id})).fetchone()
    return row[0] if row else None


async def _get_created(connection: psycopg.AsyncConnection, user_id: UUID) -> UserDocument:
    document = await _find(connection, user_id)
    if document is None:
        raise psycopg.DataError(f"A trigger removed the new user {user_id}")
    return document


def _to_jsonb(value: dict[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(value)
