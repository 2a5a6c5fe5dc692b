"""Where API tokens are made."""

from app.auth.token_exchange import ApiTokenSecret
from app.core.identifiers import OrganizationId
from app.db.session import Session
from app.workspaces.api_tokens.schemas import ApiTokenCreate, ApiTokenWithSecret


async def insert_api_token(
    session: Session,
    organization_id: OrganizationId,
    token: ApiTokenCreate,
    secret: ApiTokenSecret,
) -> ApiTokenWithSecret:
    """Store a token of the caller with the digest of its secret; raises `NotFoundError`."""
    stored = await session.call(
        "create_api_token",
        {
            **token.model_dump(mode="json"),
            "organization_id": str(organization_id),
            "last_four": secret.last_four,
            "digest": secret.digest,
        },
    )
    return ApiTokenWithSecret.model_validate({**stored, "api_token": secret.text})
