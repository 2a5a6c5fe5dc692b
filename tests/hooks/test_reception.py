"""What receiving a delivery costs, and how it survives what is broken."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from app.auth.access_tokens import AccessTokenIssuer
from app.auth.errors import AccessTokensUnavailableError
from app.core.clock import SystemClock
from app.core.errors import TooManyRequestsError, UnavailableError
from app.core.identifiers import HookId
from app.core.settings import Settings
from app.db.database import Database
from app.hooks.assembly import create_hook_receiver
from app.hooks.errors import HookMappingError
from app.hooks.reception.schemas import Receipt
from app.hooks.reception.service import HookReceiver, Rejection
from app.hooks.reception.suspicion import FORGERIES_PER_MINUTE
from app.hooks.signatures.message import Message
from app.runs.queue import RunQueue
from scripts.demonstration.components import SupabaseDetails, service_settings
from tests.fixtures.database import Connect
from tests.hooks.senders import Hook, create_hook
from tests.runs.workspace import Workspace

SENDER, STRANGER = "198.51.100.1", "203.0.113.7"


@pytest.fixture(scope="module")
def settings(supabase: SupabaseDetails) -> Settings:
    return Settings.model_validate(service_settings(supabase))


@pytest.fixture(scope="module")
async def rest(settings: Settings) -> AsyncIterator[Database]:
    async with Database(settings) as rest:
        yield rest


@pytest.fixture(scope="module")
async def queue(settings: Settings) -> AsyncIterator[RunQueue]:
    async with RunQueue(settings.supabase_db_url.get_secret_value()) as queue:
        yield queue


def assemble(settings: Settings, rest: Database, queue: RunQueue) -> HookReceiver:
    clock = SystemClock()
    tokens = AccessTokenIssuer(settings, clock)
    return create_hook_receiver(settings, rest, queue, tokens, clock)


@pytest.fixture(scope="module")
def receiver(settings: Settings, rest: Database, queue: RunQueue) -> HookReceiver:
    return assemble(settings, rest, queue)


def write(hook: Hook, body: bytes = b"{}") -> Message:
    signed = hook.sign(body).items()
    return Message([(name.lower().encode(), value.encode()) for name, value in signed], body)


async def test_a_delivery_asks_the_database_at_most_three_times(
    workspace: Workspace, receiver: HookReceiver, rest: Database
) -> None:
    hook = await create_hook(workspace)
    picky = await create_hook(workspace, when=[{"path": "$.start"}])
    failing = await create_hook(workspace, mapping={"target_version": "$.missing"})
    message = write(hook)
    expectations = [
        (hook, message, "accepted", 2),
        (hook, message, "duplicate", 2),
        (picky, write(picky), "ignored", 2),
    ]
    for target, delivery, outcome, most in expectations:
        before = rest.request_counts.total()
        receipt = await receiver.receive(HookId(UUID(target.id)), delivery, SENDER)
        assert isinstance(receipt, Receipt)
        assert receipt.outcome == outcome
        assert rest.request_counts.total() - before == most
    before = rest.request_counts.total()
    with pytest.raises(HookMappingError):
        await receiver.receive(HookId(UUID(failing.id)), write(failing), SENDER)
    rejection = await receiver.receive(HookId(UUID(failing.id)), write(hook), SENDER)
    assert isinstance(rejection, Rejection)
    assert rest.request_counts.total() - before == 3


async def test_too_many_deliveries_to_one_hook_are_refused(
    workspace: Workspace, settings: Settings, rest: Database, queue: RunQueue
) -> None:
    strict = settings.model_copy(update={"hook_deliveries_per_minute": 2})
    receiver = assemble(strict, rest, queue)
    hooks = [await create_hook(workspace) for _ in range(2)]
    for hook in hooks:
        for _ in range(2):
            await receiver.receive(HookId(UUID(hook.id)), write(hook), SENDER)
        with pytest.raises(TooManyRequestsError) as refusal:
            await receiver.receive(HookId(UUID(hook.id)), write(hook), SENDER)
        assert refusal.value.retry_after is not None


@pytest.mark.parametrize("origin", [SENDER, STRANGER])
async def test_a_flood_of_forgeries_does_not_keep_out_what_is_genuine(
    workspace: Workspace, settings: Settings, rest: Database, queue: RunQueue, origin: str
) -> None:
    """Not even from the address where they come from; each is refused, soon without the database."""
    strict = settings.model_copy(update={"hook_deliveries_per_minute": 2})
    receiver = assemble(strict, rest, queue)
    hook, foreign = await create_hook(workspace), await create_hook(workspace)
    hook_id = HookId(UUID(hook.id))
    for _ in range(FORGERIES_PER_MINUTE):
        rejected = await receiver.receive(hook_id, write(foreign), STRANGER)
        assert isinstance(rejected, Rejection)
    before = rest.request_counts.total()
    for _ in range(100):
        with pytest.raises(TooManyRequestsError) as refusal:
            await receiver.receive(hook_id, write(foreign), STRANGER)
        assert refusal.value.retry_after is not None
    assert rest.request_counts.total() == before
    for body in (b"{}", b'{"second": 1}'):
        receipt = await receiver.receive(hook_id, write(hook, body), origin)
        assert isinstance(receipt, Receipt)
        assert receipt.outcome == "accepted"
    with pytest.raises(TooManyRequestsError):
        await receiver.receive(hook_id, write(hook), SENDER)
    other = await receiver.receive(HookId(UUID(foreign.id)), write(foreign), STRANGER)
    assert isinstance(other, Receipt)


async def test_forgeries_for_hooks_that_are_none_are_limited_alike(
    settings: Settings, rest: Database, queue: RunQueue
) -> None:
    receiver, nothing = assemble(settings, rest, queue), HookId(uuid4())
    message = Message([], b"{}")
    for _ in range(FORGERIES_PER_MINUTE):
        assert isinstance(await receiver.receive(nothing, message, STRANGER), Rejection)
    with pytest.raises(TooManyRequestsError):
        await receiver.receive(nothing, message, STRANGER)
    assert isinstance(await receiver.receive(nothing, message, SENDER), Rejection)


async def test_without_a_key_of_ours_the_sender_is_to_try_again(
    workspace: Workspace, settings: Settings, rest: Database, queue: RunQueue
) -> None:
    hook = await create_hook(workspace)
    lost = {"secrets_encryption_key": SecretStr("another key, as long as needed, but wrong")}
    with pytest.raises(UnavailableError):
        await assemble(settings.model_copy(update=lost), rest, queue).receive(
            HookId(UUID(hook.id)), write(hook), SENDER
        )
    unsigned = {"supabase_jwt_secret": None, "access_token_signing_key": None}
    with pytest.raises(AccessTokensUnavailableError):
        await assemble(settings.model_copy(update=unsigned), rest, queue).receive(
            HookId(UUID(hook.id)), write(hook), SENDER
        )


async def test_settings_written_past_our_api_break_one_hook_only(
    workspace: Workspace, receiver: HookReceiver, rest: Database
) -> None:
    hook = await create_hook(workspace)
    await rest.as_service().update(
        "hooks", UUID(hook.id), {"mapping": {"environment_id": 7, "": []}}, "id"
    )
    answer = await receiver.receive(HookId(UUID(hook.id)), write(hook), SENDER)
    assert isinstance(answer, Rejection)


async def test_old_deliveries_and_old_secrets_are_retired(
    workspace: Workspace, rest: Database, database: Connect
) -> None:
    hook = await create_hook(workspace)
    await hook.deliver({})
    await workspace.post(f"{hook.path}/rotate-secret", {"overlap_seconds": 600})
    connection = await database()
    await connection.execute(
        "update public.hook_deliveries set received_at = now() - interval '31 days' where hook_id = %s",
        [hook.id],
    )
    await connection.execute(
        "update public.hooks set previous_secret_expires_at = now() - interval '1 minute' where id = %s",
        [hook.id],
    )
    service = rest.as_service()
    done = False
    while not done:
        done = (await service.call("maintain_database", {"batch_size": 10_000}))["is_done"]
    assert await hook.list_log() == []
    shown = await workspace.get(hook.path)
    assert shown["previous_secret_expires_at"] is None
