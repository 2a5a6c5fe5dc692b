"""Access tokens as the API shows them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from app.web.fields import RequestModel


class AccessTokenRequest(RequestModel):
    """The secret of an API token."""

    api_token: SecretStr = Field(
        min_length=1, max_length=200, examples=["atp_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"]
    )


class AccessTokenGrant(BaseModel):
    """What the machine sends as `Authorization: Bearer` until it expires."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int = Field(examples=[300], description="Seconds from now.")
    expires_at: datetime
