import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.local_supabase.file_locks import hold_lock
from scripts.local_supabase.templates import remove_templates, resolve_template
from tests.local_supabase.processes import running_stack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Migrations that no other test has, so that their template is made here."""
    directory = tmp_path / "migrations"
    directory.mkdir()
    text = f"create table public.kept (id int); -- {tmp_path}\ninsert into public.kept values (7);"
    (directory / "1_create_kept.sql").write_text(text)
    return directory


def test_the_second_installation_is_a_copy_with_its_own_keys(
    migrations: Path, tmp_path: Path
) -> None:
    arguments = ("--ephemeral", "--port", "0", "--migrations", str(migrations))
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    descriptions: list[dict[str, Any]] = []
    for log in logs:
        with running_stack(log, *arguments) as stack:
            descriptions.append(stack.wait_ready())
            with psycopg.connect(descriptions[-1]["database_url"], autocommit=True) as connection:
                assert connection.execute("select id from public.kept").fetchall() == [(7,)]
                connection.execute("insert into public.kept values (8)")
    assert [log.read_text().count("Applied migrations: 1") for log in logs] == [1, 0]
    first, second = descriptions
    secrets = ("jwt_secret", "secret_key", "publishable_key", "anon_jwt")
    assert all(first[name] != second[name] for name in secrets)


def test_other_migrations_and_programs_have_another_template(
    migrations: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "postgresql-1"
    before = resolve_template(programs, migrations)
    assert resolve_template(programs, migrations) == before
    (migrations / "2_more.sql").write_text("select 1;")
    after = resolve_template(programs, migrations)
    others = {after, resolve_template(programs, None), resolve_template(tmp_path / "x", migrations)}
    assert len(others) == 3
    assert before not in others


def test_templates_and_interrupted_copies_are_removed_but_not_what_is_being_made(
    tmp_path: Path,
) -> None:
    (tmp_path / "template-1").mkdir()
    (tmp_path / "partial-template-2").mkdir()
    with hold_lock(tmp_path / "templates.lock"):
        remove_templates(tmp_path)
        assert [path.name for path in tmp_path.glob("*/")] == ["partial-template-2"]
    remove_templates(tmp_path)
    assert list(tmp_path.glob("*/")) == []
