"""Runs a plan: every test starts the moment what it requires has ended and the limits allow it."""

import asyncio
from collections.abc import AsyncGenerator

from app.engine.channel import EventChannel
from app.engine.control import RunControl
from app.engine.events import Event
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.running.publisher import Publisher
from app.engine.running.roster import Recorded
from app.engine.running.run_execution import RunExecution
from app.engine.running.workbench import Workbench
from app.engine.scope import Scope
from app.engine.transport import Transport


async def run(
    plan: Plan,
    scope: Scope,
    transport: Transport,
    options: RunOptions | None = None,
    already_recorded: Recorded | None = None,
    control: RunControl | None = None,
) -> AsyncGenerator[Event, None]:
    """
    Execute a plan and yield what happens; ends after RunCompleted.

    `scope` is updated with captures as tests pass. Results in `already_recorded` (statuses by key
    and iteration) are not made again: tests that passed satisfy their dependents, the others get
    theirs skipped. `control.cancel()` ends the run early with a result for every test, after the
    teardown of what had begun; cancelling the consuming task, or `aclose()`, just stops it.
    """
    options = options or RunOptions()
    workbench = Workbench(plan, scope, transport, options)
    channel = EventChannel(options.event_buffer)
    publisher = Publisher(plan.run_id, channel, options.clock)
    execution = RunExecution(
        plan, workbench, already_recorded or {}, publisher, control or RunControl()
    )
    driver = asyncio.create_task(execution.drive(), name=f"run {plan.run_id}")
    driver.add_done_callback(lambda _: channel.close())
    try:
        while (event := await channel.get()) is not None:
            yield event
        await driver
    finally:
        driver.cancel()
        await asyncio.wait([driver])
        if not driver.cancelled():
            driver.exception()  # seen: nobody waits for it any more when the consumer has left
