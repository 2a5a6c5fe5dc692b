from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from app.core.settings import Settings
from app.db.database import Database
from app.db.session import Session
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.db.door import Door
from tests.fixtures.users import SignUp, User


@pytest.fixture
async def door(supabase: SupabaseDetails) -> AsyncIterator[Door]:
    async with Door(urlsplit(supabase.supabase_url).port or 80) as door:
        yield door


@pytest.fixture
def settings(supabase: SupabaseDetails, door: Door) -> Settings:
    values = {name.lower(): value for name, value in service_settings(supabase).items()}
    values["supabase_url"] = f"http://127.0.0.1:{door.port}"
    values["database_timeout"] = "1"
    return Settings.model_validate(values)


@pytest.fixture
async def api_database(settings: Settings) -> AsyncIterator[Database]:
    async with Database(settings) as database:
        yield database


@pytest.fixture(scope="session")
async def user(sign_up: SignUp) -> User:
    return await sign_up()


@pytest.fixture
def as_user(api_database: Database, user: User) -> Session:
    return api_database.as_user(user.access_token)
