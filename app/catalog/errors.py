"""Refusals of the catalog."""

from app.core.errors import ConflictError


class FixtureInUseError(ConflictError):
    """A fixture that tests use is not deleted; the detail names them."""

    code = "fixture_in_use"
    title = "Tests use this fixture."
