from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = ["app", "scripts", "tests", "supabase"]
SUFFIXES = {".py", ".sql", ".mjs", ".js", ".sh", ""}
MOST_LINES = 400


def list_sources() -> list[Path]:
    found = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*")]
    return [
        path
        for path in found
        if path.is_file()
        and path.suffix in SUFFIXES
        and not {"node_modules", "__pycache__", "golden"} & set(path.parts)
    ]


def test_there_are_sources() -> None:
    assert len(list_sources()) > 10


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_source_file_can_be_read_in_one_go(folder: str) -> None:
    too_long = {
        str(path.relative_to(PROJECT)): lines
        for path in list_sources()
        if path.is_relative_to(PROJECT / folder)
        and (lines := path.read_text(errors="replace").count("\n")) > MOST_LINES
    }
    assert not too_long
