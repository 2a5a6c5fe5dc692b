"""What can be done with variables."""

from app.auth.secret_writer import SecretWriter
from app.contexts.environments.service import get_environment
from app.contexts.variables import repository
from app.contexts.variables.schemas import Variable, VariablePut
from app.core.identifiers import EnvironmentId
from app.db.session import Session
from app.web.pagination import Page, PageRequest


async def list_variables(
    session: Session, environment_id: EnvironmentId, page: PageRequest
) -> Page[Variable]:
    """Return the variables of an environment without secret values; raises `NotFoundError`."""
    await get_environment(session, environment_id)
    return await repository.list_variables(session, environment_id, page)


async def put_variable(
    session: Session,
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    key: str,
    variable: VariablePut,
) -> Variable:
    """
    Set a variable; raises `NotFoundError` or `ForbiddenError`.

    The row is written with the caller's rights first, which decides whether they may; a secret
    value follows with the service's. Repeating the request after a failure completes it.
    """
    stored = await repository.put_variable(session, environment_id, key, variable)
    if not variable.is_secret:
        return stored
    shown = await repository.store_secret_value(secrets, stored.id, variable.value)
    return Variable.model_validate(
        {
            **stored.model_dump(),
            "value_last_four": shown["last_four"],
            "value_set_at": shown["set_at"],
        }
    )
