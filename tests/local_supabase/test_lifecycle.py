import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from scripts.local_supabase.layout import PROJECT, default_home
from tests.local_supabase.processes import running_stack, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
PROGRAMS = ("initdb", "postgres", "node", "pg_basebackup", "postgrest")
EPHEMERAL = ("--ephemeral", "--port", "0", "--migrations", "none")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "supervisor.log"


@pytest.fixture
def installation() -> Iterator[Path]:
    """A directory that the account of PostgreSQL can reach, which tmp_path of root is not."""
    home = default_home()
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="test-", dir=home) as directory:
        Path(directory).chmod(0o755)
        yield Path(directory) / "supabase"


@pytest.fixture
def first_start(tmp_path: Path) -> tuple[str, ...]:
    """Migrations of this test alone: no other stack has left a database to copy."""
    directory = tmp_path / "migrations"
    directory.mkdir()
    (directory / "1_unique.sql").write_text(f"select '{tmp_path}';")
    return ("--ephemeral", "--port", "0", "--migrations", str(directory))


def test_a_stop_leaves_no_process_and_no_file(log: Path) -> None:
    with running_stack(log, *EPHEMERAL) as stack:
        description = stack.wait_ready()
        directory = read_data_directory(description["pids"]["postgres"])
        assert directory.exists()
        stack.signal(signal.SIGTERM)
        assert stack.wait_ended(5) == 0
        stack.wait_nothing_left(0.5)
        assert not directory.parent.exists()


@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c_at_any_moment_leaves_no_process(
    log: Path, first_start: tuple[str, ...], program: str
) -> None:
    with running_stack(log, *first_start) as stack:
        stack.wait_program(program)
        stack.signal(signal.SIGINT)
        assert stack.wait_ended() == 0
        stack.wait_nothing_left()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_kill_at_any_moment_leaves_no_process(
    log: Path, first_start: tuple[str, ...], program: str
) -> None:
    with running_stack(log, *first_start) as stack:
        stack.wait_program(program)
        stack.signal(signal.SIGKILL)
        stack.wait_ended()
        stack.wait_nothing_left()


def test_a_second_ctrl_c_does_not_disturb_the_first(log: Path) -> None:
    with running_stack(log, *EPHEMERAL) as stack:
        stack.wait_ready()
        stack.signal(signal.SIGINT)
        stack.signal(signal.SIGINT)
        assert stack.wait_ended(5) == 0
        stack.wait_nothing_left(0.5)


def test_a_killed_supervisor_takes_its_children_along_and_the_next_start_works(
    log: Path, installation: Path
) -> None:
    arguments = ("--data", str(installation), "--port", "0", "--migrations", "none")
    with running_stack(log, *arguments) as first:
        before = first.wait_ready()
        # A client that stays connected must not keep PostgreSQL alive.
        with psycopg.connect(before["database_url"]) as connection:
            connection.execute("create table public.kept (id int)")
            connection.commit()
            first.signal(signal.SIGKILL)
            first.wait_ended()
            first.wait_nothing_left()
    with running_stack(log, *arguments) as second:
        after = second.wait_ready()
        assert after["secret_key"] == before["secret_key"]
        with psycopg.connect(after["database_url"]) as connection:
            connection.execute("select id from public.kept")


def test_a_foreign_process_with_the_recorded_id_does_not_prevent_a_start(
    log: Path, installation: Path
) -> None:
    arguments = ("--data", str(installation), "--port", "0", "--migrations", "none")
    with running_stack(log, *arguments) as stack:
        stack.wait_ready()
        lock = (installation / "postgres" / "postmaster.pid").read_text()
        stack.signal(signal.SIGTERM)
        stack.wait_ended()
    _, _, rest = lock.partition("\n")
    (installation / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    with running_stack(log, *arguments) as stack:
        stack.wait_ready()


def test_the_stack_stops_with_its_parent(log: Path) -> None:
    with running_stack(log, *EPHEMERAL, "--exit-with-parent") as stack:
        stack.wait_ready()
        assert stack.process.stdin is not None
        stack.process.stdin.close()
        assert stack.wait_ended(5) == 0
        stack.wait_nothing_left(0.5)


def test_a_failing_part_ends_the_whole_stack_and_is_named(log: Path) -> None:
    with running_stack(log, *EPHEMERAL) as stack:
        description = stack.wait_ready()
        os.kill(description["pids"]["postgrest"], signal.SIGKILL)
        assert stack.wait_ended(5) == 1
        stack.wait_nothing_left(0.5)
    assert "postgrest ended with code -9" in log.read_text()


def test_a_paused_part_does_not_prevent_a_stop(log: Path) -> None:
    with running_stack(log, *EPHEMERAL) as stack:
        description = stack.wait_ready()
        os.kill(description["pids"]["postgrest"], signal.SIGSTOP)
        stack.signal(signal.SIGTERM)
        assert stack.wait_ended(5) == 0
        stack.wait_nothing_left(0.5)


def test_a_busy_port_is_refused_before_anything_starts(log: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with running_stack(log, "--ephemeral", "--port", str(port)) as stack:
            assert stack.wait_ended() == 1
            assert not stack.descendants
    message = log.read_text()
    assert f"Port {port} is in use" in message
    assert "scripts/down" in message
    assert "--port" in message


def test_an_installation_has_one_supervisor(log: Path, installation: Path) -> None:
    arguments = ("--data", str(installation), "--port", "0", "--migrations", "none")
    with running_stack(log, *arguments) as first, running_stack(log, *arguments) as second:
        codes: list[int | None] = []

        def one_has_ended() -> bool:
            codes[:] = [stack.process.poll() for stack in (first, second)]
            return any(code is not None for code in codes)

        wait_until(one_has_ended)
        assert sorted(code for code in codes if code is not None) == [1]
        winner = first if second.process.poll() is not None else second
        url = winner.wait_ready()["supabase_url"]
        assert httpx.get(f"{url}/health", timeout=30).status_code == 200
    assert "already runs" in log.read_text()


def test_secrets_are_readable_by_their_owner_only(log: Path, installation: Path) -> None:
    with running_stack(
        log, "--data", str(installation), "--port", "0", "--migrations", "none"
    ) as stack:
        stack.wait_ready()
        modes = {
            name: (installation / name).stat().st_mode & 0o777
            for name in ("keys.json", "running.json", "postgres")
        }
        assert modes == {"keys.json": 0o600, "running.json": 0o600, "postgres": 0o700}
        assert not (installation / "initdb.password").exists()


def test_up_down_and_env(installation: Path) -> None:
    data = ("--data", str(installation))
    try:
        first = run_command("up", *data, "--port", "0", "--migrations", "none", "--print-env")
        settings = dict(line.split("=", 1) for line in first.stdout.splitlines())
        assert httpx.get(f"{settings['SUPABASE_URL']}/health", timeout=30).status_code == 200
        with psycopg.connect(settings["SUPABASE_DB_URL"]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        again = run_command("up", *data, "--port", "0", "--migrations", "none", "--print-env")
        printed = run_command("env", *data)
        assert first.stdout == again.stdout == printed.stdout
    finally:
        stopped = run_command("down", *data, "--delete-data")
    assert stopped.returncode == 0
    assert not installation.exists()
    assert "does not run" in run_command("env", *data).stderr


def test_two_ups_at_once_start_one_stack(installation: Path) -> None:
    arguments = [sys.executable, "-m", "scripts.local_supabase"]
    up = [*arguments, "up", "--data", str(installation), "--port", "0", "--migrations", "none"]
    try:
        both = [
            subprocess.Popen(
                [*up, "--print-env"], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(2)
        ]
        outputs = [process.communicate(timeout=60)[0] for process in both]
    finally:
        run_command("down", "--data", str(installation))
    assert outputs[0] == outputs[1]
    assert b"SUPABASE_URL=" in outputs[0]


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.local_supabase", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def read_data_directory(pid: int) -> Path:
    arguments = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    return Path(os.fsdecode(arguments[arguments.index(b"-D") + 1]))
