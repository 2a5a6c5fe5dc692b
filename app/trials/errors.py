"""Refusals of trials."""

from app.core.errors import TooManyRequestsError


class TooManyTriesError(TooManyRequestsError):
    """As many tries are under way as the process, or the caller, may have."""

    code = "too_many_tries"
    title = "Too many tries are under way."
