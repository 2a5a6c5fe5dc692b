"""Refusals of the auth package; the 401 family is in `app.core.errors`."""

from app.core.errors import ForbiddenError, UnauthorizedError, UnavailableError


class SigningKeysUnavailableError(UnavailableError):
    """The auth service does not hand out its keys and we have never seen them."""

    code = "signing_keys_unavailable"
    title = "Access tokens cannot be verified at the moment."


class AccessTokensUnavailableError(UnavailableError):
    """We have no key to sign access tokens with."""

    code = "access_tokens_unavailable"
    title = "This installation cannot issue access tokens for API tokens."


class InvalidApiTokenError(UnauthorizedError):
    """Unknown, revoked or expired: the answer does not tell which."""

    code = "invalid_api_token"
    title = "The API token is not valid."


class ApiTokenRefusedError(ForbiddenError):
    """What is asked for is only for the person, whatever the token's scope."""

    code = "api_token_refused"
    title = "API tokens may not do this; sign in as a person."
