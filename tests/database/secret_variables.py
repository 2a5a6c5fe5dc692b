"""Secret variables as the service stores and reads them, with whatever key."""

from tests.database.callers import Caller, Json
from tests.database.workspaces import ENCRYPTION_KEY, Workspace


async def create_secret(
    workspace: Workspace,
    service: Caller,
    key: str,
    value: str,
    encryption_key: str = ENCRYPTION_KEY,
) -> Json:
    variable = await workspace.owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key=key, is_secret=True
    )
    return {**variable, **await store(service, variable, value, workspace.owner, encryption_key)}


async def store(
    service: Caller,
    variable: Json,
    value: str | None,
    person: Caller,
    encryption_key: str = ENCRYPTION_KEY,
) -> Json:
    return await service.call(
        "store_secret_value",
        variable_id=variable["id"],
        value=value,
        encryption_key=encryption_key,
        acting_user_id=person.user_id,
    )


async def resolve(
    service: Caller, run_id: str, encryption_key: str | None, previous: str | None = None
) -> dict[str, str]:
    answer = await service.call(
        "resolve_run_secrets",
        run_id=run_id,
        encryption_key=encryption_key,
        previous_encryption_key=previous,
    )
    return answer["secrets"]
