"""What callers say about copies."""

from pydantic import Field

from app.catalog.fields import Key
from app.web.fields import Name, RequestModel


class SuiteDuplicate(RequestModel):
    """How the copy of a suite is called."""

    name: Name | None = Field(
        default=None, examples=["Checkout, again"], description="Without it, `<name> (copy)`."
    )


class CaseDuplicate(RequestModel):
    """How the copy of a test case is called."""

    key: Key | None = Field(
        default=None, examples=["login-again"], description="Without it, `<key>-copy`."
    )
    name: Name | None = Field(
        default=None, examples=["Login, again"], description="Without it, `<name> (copy)`."
    )
