"""
`python -m tests.demonstration.attendant SIGNAL MOMENT COMMAND...` reports on a command as JSON.

Orphans of the command become children of this process (Linux), so none can hide. SIGNAL is sent to
the command's process group, as a terminal does, once it has printed a line that starts with MOMENT,
or has its first child when MOMENT is empty. With `none` as SIGNAL the command ends by itself.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 10.0


def adopt_orphans() -> None:
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("this system does not hand orphans over")


def list_descendants() -> dict[int, str]:
    """The command lines of all processes below this one, by process id."""
    parents = dict(iter_parents())
    return {pid: describe(pid) for pid in parents if is_below(pid, os.getpid(), parents)}


def iter_parents() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found.append((int(folder.name), int(fields[1])))
    return found


def is_below(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False


def describe(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return "gone"


def wait_for_descendants(count: int, seconds: float) -> dict[int, str]:
    """Wait until at most so many are left, or the time is over."""
    deadline = time.monotonic() + seconds
    left = list_descendants()
    while len(left) > count and time.monotonic() < deadline:
        time.sleep(0.05)
        left = list_descendants()
    return left


def read_output(process: subprocess.Popen[str], number: int, moment: str) -> list[str]:
    """Collect what the command prints and send the signal at its moment."""
    lines: list[str] = []
    sent = number == 0
    if not sent and not moment:
        while len(list_descendants()) < 2:
            time.sleep(0.01)
        os.killpg(process.pid, number)
        sent = True
    for line in process.stdout or ():
        lines.append(line.rstrip("\n"))
        if not sent and line.startswith(moment):
            os.killpg(process.pid, number)
            sent = True
    return lines


def main() -> None:
    signal_name, moment, *command = sys.argv[1:]
    number = 0 if signal_name == "none" else int(signal.Signals[signal_name])
    adopt_orphans()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines = read_output(process, number, moment)
    exit_code = process.wait()
    left_at_once = list_descendants()
    left = wait_for_descendants(0, GRACE_SECONDS)
    report = {
        "exit_code": exit_code,
        "lines": lines,
        "left_at_once": list(left_at_once.values()),
        "left": list(left.values()),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
