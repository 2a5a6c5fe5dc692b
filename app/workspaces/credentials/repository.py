"""Where credentials are kept."""

from collections.abc import Mapping

from app.auth.secret_writer import SecretWriter
from app.core.identifiers import CredentialId
from app.db.conditions import any_of, before, containing
from app.db.session import Session
from app.web.pagination import Listing, Page
from app.web.resources import Resource
from app.workspaces.credentials.schemas import (
    Credential,
    CredentialDescription,
    CredentialPageRequest,
)

CREDENTIALS = Resource(Listing("api_credentials", Credential, order=("credential_name", "id")))


async def insert_credential(session: Session, credential: CredentialDescription) -> Credential:
    """Insert a credential of the caller, without its secret parts."""
    row = credential.model_dump(mode="json", include=set(CredentialDescription.model_fields))
    return await CREDENTIALS.create(session, row)


async def store_credential_secrets(
    secrets: SecretWriter, credential: Credential, parts: Mapping[str, str]
) -> Credential:
    """Encrypt and store secret parts; return the credential as it is now."""
    shown = await secrets.call(
        "store_credential_secrets", {"credential_id": str(credential.id), **parts}
    )
    return Credential.model_validate({**credential.model_dump(), **shown})


async def list_credentials(session: Session, page: CredentialPageRequest) -> Page[Credential]:
    """Return the caller's credentials in an organization that fulfil the filters."""
    where: dict[str, object] = {"organization_id": page.organization_id}
    if page.credential_type:
        where["credential_type"] = any_of(page.credential_type)
    if page.text is not None:
        where["credential_name"] = containing(page.text)
    if page.expires_before is not None:
        where["token_expires_at"] = before(page.expires_before.isoformat())
    return await CREDENTIALS.listing.select_page(session, page, sort=page.sort, include=(), **where)


async def delete_credential(session: Session, credential_id: CredentialId) -> None:
    """Delete the credential if it is there and the caller's."""
    await session.delete(CREDENTIALS.listing.table, credential_id)
