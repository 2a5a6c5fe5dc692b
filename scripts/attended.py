"""
`python -m scripts.attended MODULE ARGS` runs a module that ends when its parent does.

The parent holds the other end of standard input, which closes however the parent ends.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 5.0


def end_with_parent() -> None:
    """Wait for the end of standard input, ask this process to stop, then insist."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    del sys.argv[0]
    threading.Thread(target=end_with_parent, daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
