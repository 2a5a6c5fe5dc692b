"""What can be done with credentials."""

from app.auth.secret_writer import SecretWriter
from app.core.errors import AppError, NotFoundError
from app.core.identifiers import CredentialId, OrganizationId
from app.db.session import Session
from app.web.pagination import Page, PageRequest
from app.workspaces.credentials import repository
from app.workspaces.credentials.schemas import Credential, CredentialCreate
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
    credential = await repository.find_credential(session, credential_id)
    if credential is None:
        raise NotFoundError
    return credential


async def list_credentials(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[Credential]:
    """Return the caller's credentials in an organization; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    return await repository.list_credentials(session, organization_id, page)


async def delete_credential(session: Session, credential_id: CredentialId) -> None:
    """Delete a credential of the caller for good; raises `NotFoundError` for any other."""
    if not await repository.delete_credential(session, credential_id):
        raise NotFoundError
