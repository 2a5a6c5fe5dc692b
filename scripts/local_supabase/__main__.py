"""`python -m scripts.local_supabase run`: see --help."""

import argparse
import sys
from pathlib import Path

from scripts.local_supabase.layout import MIGRATIONS
from scripts.local_supabase.stack import StackOptions
from scripts.local_supabase.supervisor import supervise

DEFAULT_PORT = 54321


def main() -> int:
    arguments = _create_parser().parse_args()
    migrations = None if arguments.migrations == "none" else Path(arguments.migrations).resolve()
    options = StackOptions(arguments.data, arguments.port, arguments.ephemeral, migrations)
    return supervise(options, exit_with_parent=arguments.exit_with_parent)


def _create_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.local_supabase")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run in the foreground until Ctrl-C")
    run.add_argument("--data", type=Path, help="directory of the installation")
    run.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port of the gateway; 0 for any free one"
    )
    run.add_argument("--ephemeral", action="store_true", help="a new directory, removed at the end")
    run.add_argument(
        "--migrations", default=str(MIGRATIONS), help="directory of SQL files, or `none`"
    )
    run.add_argument("--exit-with-parent", action="store_true", help="stop when stdin closes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
