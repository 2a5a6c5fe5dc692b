"""Runs a plan: every test starts the moment its requirements passed."""

from collections.abc import AsyncGenerator, Mapping

from app.engine.control import RunControl
from app.engine.events import Event
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.results import ResultStatus
from app.engine.scope import Scope
from app.engine.transport import Transport


async def run(
    plan: Plan,
    scope: Scope,
    transport: Transport,
    options: RunOptions | None = None,
    already_recorded: Mapping[str, ResultStatus] | None = None,
    control: RunControl | None = None,
) -> AsyncGenerator[Event, None]:
    """
    Execute a plan and yield what happens; ends after RunCompleted.

    `scope` is updated with captures as tests pass. Tests in `already_recorded` (by key) are not
    run again: those that passed satisfy their dependents, the others get their dependents
    skipped. `control.cancel()` ends the run early with a result for every test; cancelling the
    consuming task, or `aclose()`, just stops it.
    """
    raise NotImplementedError
    yield
