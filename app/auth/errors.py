"""Refusals of the auth package; the 401 family is in `app.core.errors`."""

from app.core.errors import UnavailableError


class SigningKeysUnavailableError(UnavailableError):
    """The auth service does not hand out its keys and we have never seen them."""

    code = "signing_keys_unavailable"
    title = "Access tokens cannot be verified at the moment."
