"""People and workspaces, for the tests of the database through PostgREST."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from scripts.demonstration.components import SupabaseDetails
from tests.database.callers import Caller
from tests.database.workspaces import ClaimedRun, Workspace, create_workspace
from tests.fixtures.users import SignUp

CreateCaller = Callable[[], Awaitable[Caller]]
ClaimRun = Callable[..., Awaitable[ClaimedRun]]


@pytest.fixture
async def open_client(
    supabase: SupabaseDetails,
) -> AsyncIterator[Callable[[str, str], Awaitable[httpx.AsyncClient]]]:
    """Opens a client of PostgREST with an API key and, unless empty, a token."""
    async with AsyncExitStack() as clients:

        async def open_client(key: str, token: str) -> httpx.AsyncClient:
            headers = {"apikey": key} | ({"Authorization": f"Bearer {token}"} if token else {})
            return await clients.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"{supabase.supabase_url}/rest/v1/", headers=headers, timeout=30.0
                )
            )

        yield open_client


@pytest.fixture
def sign_in(
    supabase: SupabaseDetails,
    sign_up: SignUp,
    open_client: Callable[[str, str], Awaitable[httpx.AsyncClient]],
) -> CreateCaller:
    """Makes a new person at each call."""

    async def sign_in() -> Caller:
        user = await sign_up()
        client = await open_client(supabase.publishable_key, user.access_token)
        return Caller(client, user.id)

    return sign_in


@pytest.fixture
async def service(
    supabase: SupabaseDetails, open_client: Callable[[str, str], Awaitable[httpx.AsyncClient]]
) -> Caller:
    """The service, with the secret key."""
    return Caller(await open_client(supabase.secret_key, ""))


@pytest.fixture
async def nobody(
    supabase: SupabaseDetails, open_client: Callable[[str, str], Awaitable[httpx.AsyncClient]]
) -> Caller:
    """Somebody without a token."""
    return Caller(await open_client(supabase.publishable_key, ""))


@pytest.fixture
async def workspace(sign_in: CreateCaller) -> Workspace:
    """An organization of its own for each test."""
    return await create_workspace(await sign_in())


@pytest.fixture
def claim_run(service: Caller, workspace: Workspace) -> ClaimRun:
    """Starts a run of the workspace and claims it for a worker."""

    async def claim_run(worker_id: str = "worker-1", **fields: object) -> ClaimedRun:
        run = await workspace.start_run(**fields)
        claimed = ClaimedRun(service, run["id"], worker_id)
        await claimed.get_plan()
        return claimed

    return claim_run
