"""
`python -m scripts.interruptible MODULE ARGS` runs a module that Ctrl-C may end while it is imported.

Until the module calls `handle_interrupts`, or sets handlers of its own, Ctrl-C ends the process
without a traceback: nothing was started yet that would have to be ended.
"""

import runpy
import signal
import sys


def handle_interrupts() -> None:
    """From here on Ctrl-C is a KeyboardInterrupt, even in a process that was told to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
