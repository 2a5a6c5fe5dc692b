"""Who uses what tests capture: nothing is renamed or deleted under the templates of others."""

from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import suppress
from typing import Any, TypeVar

from app.catalog.dependencies import repository
from app.catalog.dependencies.reading import read_tests
from app.core.errors import ForbiddenError, NotFoundError
from app.db.errors import CaseInUseError, UsersChangedError
from app.db.session import Session
from app.engine import PlannedTest
from app.engine.templates.references import Producers

ATTEMPTS = 3
NAMES_SHOWN = 20

Written = TypeVar("Written")


async def write_unused(
    session: Session,
    write: Callable[[str], Awaitable[Written]],
    *,
    by_key_only: bool = False,
    leaving: Set[str] | None = None,
    **subject: Any,
) -> Written:
    """
    Carry out `write` when no templates of other tests use what the subject captures.

    It gets the version of the users that were looked at, and raises `UsersChangedError` when they
    are others by then; after a few attempts so does this. The subject is a `test_case_id` or a
    `suite_id`, whose tests count all, or only those with the keys `leaving`. `by_key_only` leaves
    out what is shared under names of its own, which a new key does not touch. Raises
    `CaseInUseError`, `NotFoundError`, and `ForbiddenError` to those who may change nothing anyway.
    """
    for _ in range(ATTEMPTS):
        version = await _refuse_used(session, leaving, by_key_only=by_key_only, **subject)
        with suppress(UsersChangedError):
            return await write(version)
    raise UsersChangedError


async def _refuse_used(
    session: Session, leaving: Set[str] | None, *, by_key_only: bool, **subject: Any
) -> str:
    found = await repository.find_possible_users(session, **subject)
    if found is None:
        raise NotFoundError
    if not found["may_change"]:
        raise ForbiddenError
    subjects, others = (read_tests(found[name]).tests for name in ("subjects", "others"))
    used = [test for test in subjects if leaving is None or test.key in leaving]
    users = find_users(used, others, by_key_only=by_key_only)
    if users:
        raise CaseInUseError(f"used by templates of: {', '.join(users[:NAMES_SHOWN])}")
    return found["version"]


def find_users(
    subjects: Sequence[PlannedTest], others: Sequence[PlannedTest], *, by_key_only: bool
) -> list[str]:
    """Return the keys of the others whose templates use what the subjects capture."""
    tests = [*subjects, *others]
    captures = (
        (test.key, capture.target, capture.name)
        for test in tests
        for capture in test.captures.values()
    )
    producers = Producers.from_captures(
        (test.key for test in tests), () if by_key_only else captures
    )
    wanted = {test.key for test in subjects}
    return sorted(
        test.key
        for test in others
        if any(use.key in wanted for use in producers.iter_uses(test.key, test.references))
    )
