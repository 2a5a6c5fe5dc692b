"""Routes of credentials."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import CallersSecretWriter, UserSession
from app.auth.errors import ApiTokenRefusedError
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import CredentialId
from app.db.errors import SecretRejectedError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.workspaces.credentials import service
from app.workspaces.credentials.schemas import (
    Credential,
    CredentialCreate,
    CredentialPageRequest,
    CredentialUpdate,
)

READING = problem_responses(NotFoundError, RequestInvalidError)
CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(prefix="/credentials", tags=["credentials"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError,
        ApiTokenRefusedError,
        AlreadyExistsError,
        RequestInvalidError,
        SecretRejectedError,
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


@router.get("", responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError))
async def list_credentials(
    session: UserSession, page: Annotated[CredentialPageRequest, Query()]
) -> Page[Credential]:
    """List your credentials in an organization by name."""
    return await service.list_credentials(session, page)


@router.get("/{credential_id}", responses=READING)
async def get_credential(credential_id: CredentialId, session: UserSession) -> Credential:
    """Return one of your credentials."""
    return await service.get_credential(session, credential_id)


@router.patch(
    "/{credential_id}",
    responses=problem_responses(*CHANGING, AlreadyExistsError, SecretRejectedError),
)
async def update_credential(
    credential_id: CredentialId,
    changes: CredentialUpdate,
    session: UserSession,
    secrets: CallersSecretWriter,
    precondition: IfMatch,
) -> Credential:
    """Change one of your credentials, or replace secret parts of it."""
    return await service.update_credential(session, secrets, credential_id, changes, precondition)


@router.delete(
    "/{credential_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_credential(
    credential_id: CredentialId, session: UserSession, precondition: IfMatch
) -> None:
    """Delete one of your credentials with its secret parts."""
    await service.delete_credential(session, credential_id, precondition)
