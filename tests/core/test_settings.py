import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.settings import InvalidSettingsError, Settings, load_settings

PROJECT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "SUPABASE_URL": "http://127.0.0.1:54321/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_of_a_test",
    "SUPABASE_SECRET_KEY": "sb_secret_of_a_test",
    "SUPABASE_DB_URL": "postgres://someone@127.0.0.1/postgres",
    "SECRETS_ENCRYPTION_KEY": "an encryption key that is long enough",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_reads_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_TIMEOUT", "2.5")
    environment.setenv("CORS_ORIGINS", "https://a.example, https://b.example")
    settings = load_settings()
    assert settings.rest_url == "http://127.0.0.1:54321/rest/v1"
    assert settings.auth_url == "http://127.0.0.1:54321/auth/v1"
    assert settings.database_timeout == timedelta(seconds=2.5)
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.run_worker_in_api


def test_the_environment_wins_over_the_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=WARNING\nSUPABASE_URL=http://of-the-file\n")
    settings = load_settings()
    assert settings.log_level == "WARNING"
    assert settings.supabase_url == "http://127.0.0.1:54321"


def test_a_blank_setting_is_unset(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SUPABASE_JWT_SECRET", "")
    environment.setenv("LOG_LEVEL", "")
    assert load_settings().supabase_jwt_secret is None
    assert load_settings().log_level == "INFO"


@pytest.mark.parametrize(
    ("stage", "choice", "is_guarded"),
    [
        ("development", "", False),
        ("production", "", True),
        ("development", "true", True),
        ("production", "false", False),
    ],
)
def test_the_network_is_guarded_outside_development_unless_told_otherwise(
    environment: pytest.MonkeyPatch, stage: str, choice: str, is_guarded: bool
) -> None:
    environment.setenv("ENVIRONMENT", stage)
    environment.setenv("NETWORK_GUARD", choice)
    assert load_settings().guards_network is is_guarded


def test_the_address_of_the_cache_is_one_and_is_hidden(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CONTEXT_CACHE_URL", "valkey://:hidden@cache.example:6379/0")
    assert "hidden" not in repr(load_settings())
    environment.setenv("CONTEXT_CACHE_URL", "http://cache.example")
    with pytest.raises(InvalidSettingsError, match="CONTEXT_CACHE_URL"):
        load_settings()


def test_a_blank_required_setting_is_missed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SUPABASE_SECRET_KEY", "")
    with pytest.raises(InvalidSettingsError, match="SUPABASE_SECRET_KEY"):
        load_settings()


@pytest.mark.parametrize("secret", ["SECRETS_ENCRYPTION_KEY", "SUPABASE_JWT_SECRET"])
def test_a_short_secret_is_refused_without_being_shown(
    environment: pytest.MonkeyPatch, secret: str
) -> None:
    environment.setenv(secret, "short-and-secret")
    with pytest.raises(InvalidSettingsError) as raised:
        load_settings()
    assert secret in str(raised.value)
    assert "short-and-secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("environment_name", "is_refused"), [("development", 0), ("production", 1)]
)
def test_placeholders_boot_only_in_development(
    environment: pytest.MonkeyPatch, environment_name: str, is_refused: int
) -> None:
    environment.setenv("SECRETS_ENCRYPTION_KEY", "change-me-to-32-random-bytes-please")
    environment.setenv("ENVIRONMENT", environment_name)
    if not is_refused:
        assert load_settings().environment == "development"
        return
    with pytest.raises(InvalidSettingsError, match="placeholder"):
        load_settings()


def test_every_fault_is_named_in_one_message(environment: pytest.MonkeyPatch) -> None:
    faults = {"SUPABASE_URL": "nowhere", "LOG_LEVEL": "LOUD", "RUN_CONCURRENCY": "0"}
    for name, value in faults.items():
        environment.setenv(name, value)
    environment.delenv("SUPABASE_DB_URL")
    command = ["uvicorn", "app.main:create_app", "--factory", "--app-dir", str(PROJECT)]
    started = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    lines = started.stderr.splitlines()
    assert started.returncode == 1
    assert lines[0].startswith("These settings cannot be used")
    assert {line.strip().partition(":")[0] for line in lines[1:]} == {*faults, "SUPABASE_DB_URL"}


def test_an_address_without_http_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SUPABASE_URL", "127.0.0.1:54321")
    with pytest.raises(InvalidSettingsError, match="http"):
        load_settings()


def test_secrets_do_not_show_in_the_settings(environment: pytest.MonkeyPatch) -> None:
    text = repr(load_settings())
    for name in ("SUPABASE_SECRET_KEY", "SUPABASE_DB_URL", "SECRETS_ENCRYPTION_KEY"):
        assert COMPLETE[name] not in text


def test_the_example_file_lists_exactly_the_settings() -> None:
    text = (PROJECT / ".env.example").read_text()
    names = re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
