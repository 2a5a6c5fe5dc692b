"""`python -m scripts.local_supabase run|up|down|env`: see --help."""

import argparse
import sys
from pathlib import Path

from scripts.local_supabase import daemon
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.layout import MIGRATIONS, resolve_layout
from scripts.local_supabase.stack import StackOptions
from scripts.local_supabase.supervisor import supervise

DEFAULT_PORT = 54321
NO_MIGRATIONS = "none"


def main() -> int:
    """Return the exit code of the command line."""
    arguments = _create_parser().parse_args()
    try:
        return int(arguments.execute(arguments))
    except LocalSupabaseError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
    return 1


def _run(arguments: argparse.Namespace) -> int:
    chosen: str = arguments.migrations
    migrations = None if chosen == NO_MIGRATIONS else Path(chosen).resolve()
    options = StackOptions(arguments.data, arguments.port, arguments.ephemeral, migrations)
    return supervise(options, exit_with_parent=arguments.exit_with_parent)


def _up(arguments: argparse.Namespace) -> int:
    layout = resolve_layout(arguments.data)
    options = ["--data", str(layout.installation), "--port", str(arguments.port)]
    description = daemon.start(layout, [*options, "--migrations", arguments.migrations])
    print(f"Local Supabase runs at {description['supabase_url']}", file=sys.stderr)
    if arguments.print_env:
        print(daemon.render_environment(description))
    return 0


def _down(arguments: argparse.Namespace) -> int:
    layout = resolve_layout(arguments.data)
    was_running = daemon.stop(layout)
    print("Stopped" if was_running else "The local Supabase does not run", file=sys.stderr)
    if arguments.delete_data:
        daemon.delete(layout)
        print(f"Removed {layout.installation}", file=sys.stderr)
    return 0


def _print_environment(arguments: argparse.Namespace) -> int:
    description = daemon.get_running(resolve_layout(arguments.data))
    print(daemon.render_environment(description))
    return 0


def _create_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.local_supabase")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="run in the foreground until Ctrl-C")
    run.set_defaults(execute=_run)
    run.add_argument("--ephemeral", action="store_true", help="a new directory, removed at the end")
    run.add_argument("--exit-with-parent", action="store_true", help="stop when stdin closes")
    up = commands.add_parser("up", help="start in the background")
    up.set_defaults(execute=_up)
    up.add_argument("--print-env", action="store_true", help="print the settings as .env lines")
    down = commands.add_parser("down", help="stop what `up` started")
    down.set_defaults(execute=_down)
    down.add_argument(
        "--delete-data", action="store_true", help="also remove the database and keys"
    )
    environment = commands.add_parser("env", help="print the settings of the running stack")
    environment.set_defaults(execute=_print_environment)
    for command in (run, up, down, environment):
        command.add_argument("--data", type=Path, help="directory of the installation")
    for command in (run, up):
        _add_start_options(command)
    return parser


def _add_start_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port of the gateway; 0 for any free one"
    )
    command.add_argument(
        "--migrations",
        default=str(MIGRATIONS),
        help=f"directory of SQL files, or `{NO_MIGRATIONS}`",
    )


if __name__ == "__main__":
    sys.exit(main())
