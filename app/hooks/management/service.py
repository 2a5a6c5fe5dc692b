"""What members can do with hooks."""

from app.auth.secret_writer import SecretWriter
from app.catalog.projects.service import get_project
from app.core.errors import AppError
from app.core.identifiers import HookId, ProjectId
from app.db.session import Session
from app.hooks.management import repository
from app.hooks.management.repository import HOOKS
from app.hooks.management.schemas import (
    Hook,
    HookCreate,
    HookUpdate,
    HookWithSecret,
    SecretRotation,
)
from app.hooks.signatures.scheme import SignatureScheme
from app.web.entity_tags import Precondition
from app.web.errors import RequestInvalidError
from app.web.pagination import Page, PageRequest


async def create_hook(
    session: Session, secrets: SecretWriter, project_id: ProjectId, hook: HookCreate
) -> HookWithSecret:
    """
    Create a hook that acts for the caller; raises `NotFoundError` or `AlreadyExistsError`.

    The row is written with the caller's rights first, which decides whether they may. A hook whose
    secret was not stored does not stay.
    """
    row = {"project_id": str(project_id), **hook.to_row()}
    created = await HOOKS.create(session, row)
    value = hook.secret or hook.signature.generate_secret()
    try:
        stored = await repository.store_secret(secrets, created.id, value, overlap_seconds=0)
    except AppError:
        await session.delete(HOOKS.listing.table, created.id)
        raise
    return _show(stored, value, is_given=hook.secret is not None)


async def list_hooks(session: Session, project_id: ProjectId, page: PageRequest) -> Page[Hook]:
    """Return the hooks of a project by name; raises `NotFoundError`."""
    await get_project(session, project_id)
    return await HOOKS.listing.select_page(session, page, project_id=project_id)


async def get_hook(session: Session, hook_id: HookId) -> Hook:
    """Return a hook; raises `NotFoundError`."""
    return await HOOKS.get(session, hook_id)


async def update_hook(
    session: Session, hook_id: HookId, changes: HookUpdate, precondition: Precondition
) -> Hook:
    """Change a hook; raises `ForbiddenError` to those who are no admins."""
    return await HOOKS.change(session, hook_id, changes.to_row(), precondition)


async def delete_hook(session: Session, hook_id: HookId, precondition: Precondition) -> None:
    """Delete a hook with its secrets, its token and its log."""
    await HOOKS.remove(session, hook_id, precondition)


async def rotate_secret(
    session: Session, secrets: SecretWriter, hook_id: HookId, rotation: SecretRotation
) -> HookWithSecret:
    """Give a hook a new secret; raises `ForbiddenError` or `RequestInvalidError` for a weak one."""
    hook = await HOOKS.get(session, hook_id)
    value = _choose_secret(hook.signature, rotation.secret)
    overlap = rotation.overlap_seconds
    stored = await repository.store_secret(secrets, hook_id, value, overlap_seconds=overlap)
    return _show(stored, value, is_given=rotation.secret is not None)


async def take_over_hook(session: Session, hook_id: HookId) -> Hook:
    """Have the hook start its runs in the name of the caller."""
    return await repository.take_over(session, hook_id)


def _choose_secret(scheme: SignatureScheme, given: str | None) -> str:
    if given is None:
        return scheme.generate_secret()
    try:
        scheme.check_secret(given)
    except ValueError as error:
        raise RequestInvalidError(f"secret: {error}", field="secret") from error
    return given


def _show(hook: Hook, value: str, *, is_given: bool) -> HookWithSecret:
    return HookWithSecret(**dict(hook), secret=None if is_given else value)
