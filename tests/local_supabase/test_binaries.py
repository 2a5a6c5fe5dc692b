"""Unpacked binaries are shared by the installations of a project and go with the last of them."""

from pathlib import Path

from scripts.local_supabase.postgres_binaries import remove_unused_binaries, use_binaries


def test_binaries_stay_while_they_are_used(tmp_path: Path) -> None:
    home = tmp_path / "postgresql-2"
    home.mkdir()
    with use_binaries(home), use_binaries(home):
        remove_unused_binaries(home)
        assert home.exists()
    remove_unused_binaries(home)
    assert not home.exists()


def test_other_releases_and_half_unpacked_ones_go_too(tmp_path: Path) -> None:
    for name in ("postgresql-1", "postgresql-2", "postgresql-2.partial", "supabase"):
        (tmp_path / name / "bin").mkdir(parents=True)
    with use_binaries(tmp_path / "postgresql-1"):
        remove_unused_binaries(tmp_path / "postgresql-2")
    left = [path.name for path in tmp_path.iterdir() if path.is_dir()]
    assert sorted(left) == ["postgresql-1", "supabase"]
