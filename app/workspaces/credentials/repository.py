"""Where credentials are kept."""

from collections.abc import Mapping

from app.auth.secret_writer import SecretWriter
from app.core.identifiers import CredentialId, OrganizationId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest
from app.workspaces.credentials.schemas import Credential, CredentialDescription

_CREDENTIALS = Listing("api_credentials", Credential, order=("credential_name", "id"))
_COLUMNS = _CREDENTIALS.selected


async def insert_credential(session: Session, credential: CredentialDescription) -> Credential:
    """Insert a credential of the caller, without its secret parts."""
    row = credential.model_dump(mode="json", include=set(CredentialDescription.model_fields))
    stored = await session.insert(_CREDENTIALS.table, row, _COLUMNS)
    return Credential.model_validate(stored)


async def store_credential_secrets(
    secrets: SecretWriter, credential: Credential, parts: Mapping[str, str]
) -> Credential:
    """Encrypt and store secret parts; return the credential as it is now."""
    shown = await secrets.call(
        "store_credential_secrets", {"credential_id": str(credential.id), **parts}
    )
    return Credential.model_validate({**credential.model_dump(), **shown})


async def find_credential(session: Session, credential_id: CredentialId) -> Credential | None:
    """Return the credential if it is the caller's."""
    row = await session.find(_CREDENTIALS.table, _COLUMNS, id=credential_id)
    return Credential.model_validate(row) if row else None


async def list_credentials(
    session: Session, organization_id: OrganizationId, page: PageRequest
) -> Page[Credential]:
    """Return the caller's credentials in an organization by name."""
    return await _CREDENTIALS.select_page(session, page, organization_id=organization_id)


async def delete_credential(session: Session, credential_id: CredentialId) -> bool:
    """Delete the credential with its secret parts; say whether it was there and the caller's."""
    return await session.delete(_CREDENTIALS.table, credential_id)
