"""A landed migration stays as it was, also where only a fresh clone is at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FIRST = "supabase/migrations/20260101000000_first.sql"
SECOND = "supabase/migrations/20260102000000_second.sql"
LIST = "supabase/migrations.sha256"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in which one migration has landed."""
    (tmp_path / FIRST).parent.mkdir(parents=True)
    (tmp_path / FIRST).write_text("select 1;\n")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    run(tmp_path, "land")
    commit(tmp_path)
    return tmp_path


def git(directory: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, *arguments], cwd=directory, env=environment, check=True)


def commit(directory: Path) -> None:
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", "Change")


def run(directory: Path, command: str = "check") -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    result = subprocess.run(
        [sys.executable, "-m", "scripts.migrations", command],
        cwd=directory,
        env={**environment, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def test_what_landed_passes(repository: Path) -> None:
    assert run(repository) == (0, "")


def test_before_anything_landed_everything_may_change(tmp_path: Path) -> None:
    (tmp_path / FIRST).parent.mkdir(parents=True)
    (tmp_path / FIRST).write_text("select 1;\n")
    assert run(tmp_path)[0] == 0


@pytest.mark.parametrize("text", ["select 2;\n", "select 1;\n-- a comment\n", None])
def test_an_edited_or_removed_one_is_refused(repository: Path, text: str | None) -> None:
    if text is None:
        (repository / FIRST).unlink()
    else:
        (repository / FIRST).write_text(text)
    code, output = run(repository)
    assert code == 1
    assert FIRST in output
    assert run(repository, "land")[0] == 1


def test_a_new_one_lands(repository: Path) -> None:
    (repository / SECOND).write_text("select 2;\n")
    assert run(repository)[0] == 1
    assert run(repository, "land")[0] == 0
    assert run(repository) == (0, "")
    assert len((repository / LIST).read_text().splitlines()) == 2


def test_one_that_comes_before_a_landed_one_is_refused(repository: Path) -> None:
    (repository / "supabase/migrations/20250101000000_earlier.sql").write_text("select 0;\n")
    assert run(repository, "land")[0] == 1


@pytest.mark.parametrize("commits", [False, True], ids=["before the commit", "after the commit"])
def test_the_list_cannot_be_rewritten(repository: Path, commits: bool) -> None:
    (repository / FIRST).write_text("select 2;\n")
    (repository / LIST).unlink()
    code, output = run(repository, "land")
    assert code == 1
    assert "restore its line" in output
    digest = "0" * 64
    (repository / LIST).write_text(f"{digest}  {FIRST}\n")
    if commits:
        commit(repository)
    assert run(repository)[0] == 1


def test_a_fresh_clone_knows_too(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-local", "--depth=1", repository.as_uri(), str(clone))
    git(clone, "remote", "remove", "origin")
    assert run(clone) == (0, "")
    (clone / FIRST).write_text("select 2;\n")
    assert run(clone)[0] == 1
