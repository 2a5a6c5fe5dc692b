"""The same requests for Hurl, where it is installed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

ITEM = """GET {base_url}/items/{number}
HTTP 200
[Asserts]
jsonpath "$.id" == {number}

"""


def find_hurl() -> str | None:
    """The path of the command, None when it is not there."""
    return shutil.which("hurl")


def measure_hurl(command: str, count: int, base_url: str, core: int, folder: Path) -> float:
    """Requests a second of a whole process, on one core, as it is fastest: 16 jobs."""
    for number in range(count):
        entry = ITEM.format(base_url=base_url, number=number)
        (folder / f"item-{number}.hurl").write_text(entry)
    files = sorted(str(path) for path in folder.glob("item-*.hurl"))
    started = time.perf_counter()
    subprocess.run(
        [command, "--test", "--jobs", "16", *files],
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    return round(count / (time.perf_counter() - started), 1)
