"""Where environments are kept."""

from app.auth.secret_writer import SecretWriter
from app.contexts.environments.schemas import (
    Environment,
    EnvironmentDuplicate,
    EnvironmentPageRequest,
)
from app.contexts.variables.schemas import Variable
from app.core.identifiers import EnvironmentId, ProjectId
from app.db.conditions import at_least, containing
from app.db.session import Session
from app.web.pagination import Listing, Page
from app.web.resources import Resource

VARIABLES = f"variables:environment_variables({','.join(Variable.model_fields)})"
ENVIRONMENTS = Resource(
    Listing(
        "environments",
        Environment,
        order=("order_index", "id"),
        includes={"variables": VARIABLES},
        orders={"variables": ("key",)},
    )
)


async def list_environments(
    session: Session, project_id: ProjectId, page: EnvironmentPageRequest
) -> Page[Environment]:
    """Return the environments of a project that fulfil the filters."""
    where: dict[str, object] = {"project_id": project_id}
    if page.text is not None:
        where["name"] = containing(page.text)
    if page.base_url is not None:
        where["base_url"] = containing(page.base_url)
    if page.updated_since is not None:
        where["updated_at"] = at_least(page.updated_since.isoformat())
    return await ENVIRONMENTS.listing.select_page(
        session, page, sort=page.sort, include=page.include, **where
    )


async def duplicate_environment(
    session: Session, environment_id: EnvironmentId, duplicate: EnvironmentDuplicate
) -> Environment:
    """Copy an environment and its variables, without the values of secrets."""
    own = duplicate.model_dump(mode="json", exclude_unset=True, exclude={"copy_secrets"})
    request = {"environment_id": str(environment_id), **own}
    return Environment.model_validate(await session.call("duplicate_environment", request))


async def copy_secrets(
    secrets: SecretWriter, source_id: EnvironmentId, target_id: EnvironmentId
) -> None:
    """Copy the values of secrets within the database, which encrypts each anew."""
    await secrets.call(
        "copy_environment_secrets", {"source_id": str(source_id), "target_id": str(target_id)}
    )
