"""What the set-up does besides installing: whom it trusts, and when it stops."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import installation
from scripts.demonstration.processes import PROJECT

INSTALLER = 'trap "echo asked; exit 0" TERM; echo started; while :; do sleep 0.1; done'
SET_UP = f"""
import os
from scripts import installation
installation.run(["sh", "-c", {INSTALLER!r}], dict(os.environ))
"""


def test_an_installer_is_asked_to_end_when_the_caller_is_killed() -> None:
    set_up = shlex.join([sys.executable, "-c", SET_UP])
    with subprocess.Popen(
        ["sh", "-c", f"SETUP_CALLER=$$ {set_up}; true"],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stderr is not None
        assert caller.stderr.readline() == "started\n"
        caller.kill()
        # Both the set-up and the installer hold the pipe; its end is theirs.
        left = caller.stderr.read()
    assert "asked\n" in left
    assert "the caller ended" in left


def test_nothing_is_installed_for_a_caller_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "CALLER", str(os.getpid()))
    with pytest.raises(installation.InstallationError, match="caller ended"):
        installation.run(["false"], os.environ)


def test_installers_trust_whom_the_system_trusts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "UV_SYSTEM_CERTS"):
        monkeypatch.delenv(name, raising=False)
    trusted = installation.find_trusted_authorities()
    if trusted is None:
        pytest.skip("this system trusts nobody")
    environment = installation.installer_environment()
    assert environment["NODE_EXTRA_CA_CERTS"] == environment["REQUESTS_CA_BUNDLE"] == trusted
    assert environment["UV_SYSTEM_CERTS"] == "true"


def test_a_choice_of_authorities_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/chosen.pem")
    assert installation.installer_environment()["NODE_EXTRA_CA_CERTS"] == "/chosen.pem"


def test_an_interrupt_while_modules_are_imported_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.interruptible", "slow"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")
