"""What can be done with credentials."""

from app.auth.secret_writer import SecretWriter
from app.core.errors import AppError
from app.core.identifiers import CredentialId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Page
from app.workspaces.credentials import repository
from app.workspaces.credentials.schemas import (
    Credential,
    CredentialCreate,
    CredentialPageRequest,
    CredentialUpdate,
)
from app.workspaces.organizations.service import get_organization


async def create_credential(
    session: Session, secrets: SecretWriter, credential: CredentialCreate
) -> Credential:
    """
    Create a credential of the caller; raises `NotFoundError` or `AlreadyExistsError`.

    The row is written with the caller's rights first, which decides whether they may; the secret
    parts follow with the service's. A credential whose parts were not stored does not stay.
    """
    await get_organization(session, credential.organization_id)
    stored = await repository.insert_credential(session, credential)
    try:
        return await repository.store_credential_secrets(
            secrets, stored, credential.secrets.reveal()
        )
    except AppError:
        await repository.delete_credential(session, stored.id)
        raise


async def get_credential(session: Session, credential_id: CredentialId) -> Credential:
    """Return a credential of the caller; raises `NotFoundError` for any other."""
    return await repository.CREDENTIALS.get(session, credential_id)


async def list_credentials(session: Session, page: CredentialPageRequest) -> Page[Credential]:
    """Return the caller's credentials in an organization; raises `NotFoundError`."""
    await get_organization(session, page.organization_id)
    return await repository.list_credentials(session, page)


async def update_credential(
    session: Session,
    secrets: SecretWriter,
    credential_id: CredentialId,
    changes: CredentialUpdate,
    precondition: Precondition,
) -> Credential:
    """
    Change a credential of the caller; raises as `Resource.change`, or `AlreadyExistsError`.

    Repeating the request after a failure completes it: the secret parts come last.
    """
    row = changes.to_row()
    credential = await repository.CREDENTIALS.change(session, credential_id, row, precondition)
    if changes.secrets is None:
        return credential
    parts = changes.secrets.reveal()
    return await repository.store_credential_secrets(secrets, credential, parts)


async def delete_credential(
    session: Session, credential_id: CredentialId, precondition: Precondition
) -> None:
    """Delete a credential of the caller for good; raises `NotFoundError` for any other."""
    await repository.CREDENTIALS.remove(session, credential_id, precondition)
