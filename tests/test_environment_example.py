import re
from pathlib import Path

import pytest

from app.core.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLE = PROJECT / ".env.example"
ASSIGNMENT = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
TABLE_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def list_settings() -> list[str]:
    return sorted(name.upper() for name in Settings.model_fields)


def read_example() -> dict[str, str]:
    return dict(ASSIGNMENT.findall(EXAMPLE.read_text()))


def test_the_example_lists_exactly_the_settings() -> None:
    assert sorted(read_example()) == list_settings()


def test_the_readme_explains_exactly_the_settings() -> None:
    section = (PROJECT / "README.md").read_text().partition("\n## Settings\n")[2]
    rows: list[str] = TABLE_ROW.findall(section)
    assert sorted(rows) == list_settings()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither variables nor a `.env` of this machine."""
    for name in list_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("bare_environment")
def test_the_example_says_the_defaults() -> None:
    example = {name.lower(): value for name, value in read_example().items() if value}
    required = {name for name, field in Settings.model_fields.items() if field.is_required()}
    only_required = {name: value for name, value in example.items() if name in required}
    assert Settings.model_validate(example) == Settings.model_validate(only_required)


@pytest.mark.usefixtures("bare_environment")
def test_the_example_does_not_do_for_production() -> None:
    example = {name.lower(): value for name, value in read_example().items() if value}
    with pytest.raises(ValueError, match="placeholder"):
        Settings.model_validate({**example, "environment": "production"})
