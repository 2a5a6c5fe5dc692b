"""Routes of organizations and credentials."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, CallersSecretWriter, UserSession
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import CredentialId, OrganizationId
from app.db.errors import SecretRejectedError
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses
from app.workspaces import service
from app.workspaces.schemas import (
    Credential,
    CredentialCreate,
    CredentialPageRequest,
    NetworkPolicy,
    Organization,
    OrganizationCreate,
)

READING = problem_responses(NotFoundError, RequestInvalidError)

router = APIRouter(responses=AUTHENTICATION_PROBLEMS)
organizations = APIRouter(prefix="/organizations", tags=["organizations"])
credentials = APIRouter(prefix="/credentials", tags=["credentials"])


@organizations.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(AlreadyExistsError, RequestInvalidError),
)
async def create_organization(
    organization: OrganizationCreate, session: UserSession, response: Response
) -> Organization:
    """Create an organization and become its owner."""
    created = await service.create_organization(session, organization)
    response.headers["Location"] = f"/api/v1/organizations/{created.id}"
    return created


@organizations.get("", responses=problem_responses(RequestInvalidError, InvalidCursorError))
async def list_organizations(
    session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[Organization]:
    """List the organizations that you are a member of."""
    return await service.list_organizations(session, page)


@organizations.get("/{organization_id}", responses=READING)
async def get_organization(organization_id: OrganizationId, session: UserSession) -> Organization:
    """Return one organization."""
    return await service.get_organization(session, organization_id)


@organizations.put(
    "/{organization_id}/network-policy",
    responses=READING | problem_responses(ForbiddenError),
)
async def set_network_policy(
    organization_id: OrganizationId, policy: NetworkPolicy, session: UserSession
) -> Organization:
    """Set which hosts and networks tests may reach; needs the role admin."""
    return await service.set_network_policy(session, organization_id, policy)


@credentials.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError, AlreadyExistsError, RequestInvalidError, SecretRejectedError
    ),
)
async def create_credential(
    credential: CredentialCreate,
    session: UserSession,
    secrets: CallersSecretWriter,
    response: Response,
) -> Credential:
    """Create a credential of your own; its secret parts are never shown again."""
    created = await service.create_credential(session, secrets, credential)
    response.headers["Location"] = f"/api/v1/credentials/{created.id}"
    return created


@credentials.get(
    "", responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)
)
async def list_credentials(
    session: UserSession, page: Annotated[CredentialPageRequest, Query()]
) -> Page[Credential]:
    """List your credentials in an organization by name."""
    return await service.list_credentials(session, page.organization_id, page)


@credentials.get("/{credential_id}", responses=READING)
async def get_credential(credential_id: CredentialId, session: UserSession) -> Credential:
    """Return one of your credentials."""
    return await service.get_credential(session, credential_id)


@credentials.delete("/{credential_id}", status_code=status.HTTP_204_NO_CONTENT, responses=READING)
async def delete_credential(credential_id: CredentialId, session: UserSession) -> None:
    """Delete one of your credentials with its secret parts."""
    await service.delete_credential(session, credential_id)


router.include_router(organizations)
router.include_router(credentials)
