"""Routes of hooks."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import CallersSecretWriter, UserSession
from app.auth.errors import ApiTokenRefusedError
from app.core.errors import AlreadyExistsError, ForbiddenError, InvalidError, NotFoundError
from app.core.identifiers import HookId, ProjectId
from app.db.errors import SecretRejectedError
from app.hooks.management import service
from app.hooks.management.schemas import (
    Hook,
    HookCreate,
    HookUpdate,
    HookWithSecret,
    SecretRotation,
)
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)
WITH_SECRET = (
    NotFoundError,
    ForbiddenError,
    ApiTokenRefusedError,
    RequestInvalidError,
    SecretRejectedError,
)

router = APIRouter(tags=["hooks"])


@router.post(
    "/projects/{project_id}/hooks",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*WITH_SECRET, AlreadyExistsError, InvalidError),
)
async def create_hook(
    project_id: ProjectId,
    hook: HookCreate,
    session: UserSession,
    secrets: CallersSecretWriter,
    response: Response,
) -> HookWithSecret:
    """Create a hook that starts runs in your name; admins may. A generated secret is shown once."""
    created = await service.create_hook(session, secrets, project_id, hook)
    response.headers["Location"] = f"/api/v1/hooks/{created.id}"
    return created


@router.get(
    "/projects/{project_id}/hooks",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_hooks(
    project_id: ProjectId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[Hook]:
    """List the hooks of a project by name."""
    return await service.list_hooks(session, project_id, page)


@router.get("/hooks/{hook_id}", responses=problem_responses(NotFoundError, RequestInvalidError))
async def get_hook(hook_id: HookId, session: UserSession) -> Hook:
    """Return one hook, without its secrets."""
    return await service.get_hook(session, hook_id)


@router.patch(
    "/hooks/{hook_id}", responses=problem_responses(*CHANGING, AlreadyExistsError, InvalidError)
)
async def update_hook(
    hook_id: HookId, changes: HookUpdate, session: UserSession, precondition: IfMatch
) -> Hook:
    """Change a hook; admins may."""
    return await service.update_hook(session, hook_id, changes, precondition)


@router.delete(
    "/hooks/{hook_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING),
)
async def delete_hook(hook_id: HookId, session: UserSession, precondition: IfMatch) -> None:
    """Delete a hook with its log; its runs stay."""
    await service.delete_hook(session, hook_id, precondition)


@router.post("/hooks/{hook_id}/rotate-secret", responses=problem_responses(*WITH_SECRET))
async def rotate_hook_secret(
    hook_id: HookId, rotation: SecretRotation, session: UserSession, secrets: CallersSecretWriter
) -> HookWithSecret:
    """Give a hook a new secret, shown once if generated; the present one is accepted for a while."""
    return await service.rotate_secret(session, secrets, hook_id, rotation)


@router.post(
    "/hooks/{hook_id}/take-over",
    responses=problem_responses(NotFoundError, ForbiddenError, RequestInvalidError),
)
async def take_over_hook(hook_id: HookId, session: UserSession) -> Hook:
    """Have a hook start its runs in your name from now on; admins may."""
    return await service.take_over_hook(session, hook_id)
