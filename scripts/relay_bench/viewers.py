"""
`python -m scripts.relay_bench.viewers`: many viewers on raw sockets, in a process of their own.

Reads one JSON line that says where to connect and as whom, prints a line when every viewer has its
snapshot, and at the end what each saw. It looks for nothing but the numbers of the events, so that
the bench measures the service and not its own viewers.
"""

import asyncio
import json
import sys
import time
from typing import Any, Final

import uvloop

from scripts.relay_bench.connections import SocketViewer, StreamViewer, Viewer
from scripts.relay_bench.sights import Sight

Document = dict[str, Any]

CONNECTED_AT_A_TIME: Final = 50
KINDS: Final[dict[str, type[Viewer]]] = {"streams": StreamViewer, "sockets": SocketViewer}


async def watch(plan: Document) -> list[Sight]:
    """Connect all viewers, say so, and wait for the ends of their connections."""
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(CONNECTED_AT_A_TIME)
    create = KINDS[plan["kind"]]

    async def attach(run_id: str, token: str) -> Viewer:
        async with places:
            _, viewer = await loop.create_connection(
                lambda: create(run_id, token), plan["host"], plan["port"]
            )
            await viewer.watching.wait()
        return viewer

    viewers = await asyncio.gather(*(attach(*viewer) for viewer in plan["viewers"]))
    print(json.dumps({"watching": sum(v.sight.first_seq is not None for v in viewers)}), flush=True)
    await asyncio.gather(*(viewer.ended.wait() for viewer in viewers))
    return [viewer.sight for viewer in viewers]


def main() -> int:
    plan = json.loads(sys.stdin.readline())
    begun = time.process_time()
    sights = uvloop.run(watch(plan))
    seconds = round(time.process_time() - begun, 2)
    documents = [sight.to_document() for sight in sights]
    print(json.dumps({"processor_seconds": seconds, "sights": documents}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
