"""Runs a stack until it is told to stop, its parent ends, or a part of it fails."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from contextlib import AsyncExitStack

import uvloop

from scripts.local_supabase.children import set_death_signal
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.installation import record_running
from scripts.local_supabase.stack import Stack, StackOptions

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STDIN = 0


def supervise(options: StackOptions, *, exit_with_parent: bool) -> int:
    """Return the exit code: 0 after a wanted stop, 1 with a message on stderr."""
    code = 0
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run_until_stopped(options, exit_with_parent=exit_with_parent))
    except* LocalSupabaseError as errors:
        code = 1
        # Whatever waited for a part that failed reports the same failure.
        for message in dict.fromkeys(str(error) for error in errors.exceptions):
            print(message, file=sys.stderr)
    return code


async def _run_until_stopped(options: StackOptions, *, exit_with_parent: bool) -> None:
    """Cleaning up must end: only the first signal counts."""
    stop = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if exit_with_parent:
        _watch_parent(stop)
    running = asyncio.create_task(_run(options))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _run(options: StackOptions) -> None:
    async with AsyncExitStack() as exits:
        stack = Stack(options, exits)
        description = await stack.start()
        record_running(stack.layout, description)
        print(json.dumps(description), flush=True)
        print(f"Local Supabase is ready after {description['seconds']} s", file=sys.stderr)
        await stack.wait_failed()


def _watch_parent(stop: asyncio.Event) -> None:
    """The pipe on stdin closes when the parent ends, however it ends."""
    set_death_signal(signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(STDIN, 4096):
            loop.remove_reader(STDIN)
            stop.set()

    loop.add_reader(STDIN, read)
