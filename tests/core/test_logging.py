import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from app.core.logging import MASK, SecretRedactor, configure_logging, get_logger
from app.core.settings import Settings
from tests.core.test_settings import COMPLETE

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


class Log:
    """What a process with our logging wrote to standard error."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> dict[str, Any]:
        return orjson.loads(self.stream.getvalue().splitlines()[-1])


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    log = Log()
    monkeypatch.setattr(sys, "stderr", log.stream)
    settings = Settings.model_validate({name.lower(): value for name, value in COMPLETE.items()})
    configure_logging(settings)
    yield log
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_a_line_is_one_object_with_request_and_run(log: Log) -> None:
    with structlog.contextvars.bound_contextvars(request_id="request-1", run_id="run-1"):
        get_logger("app.somewhere").info("something_happened", count=3)
    line = log.read()
    assert line["event"] == "something_happened"
    assert line["request_id"] == "request-1"
    assert line["run_id"] == "run-1"
    assert line["level"] == "info"
    assert line["logger"] == "app.somewhere"
    assert line["count"] == 3


def test_lines_of_libraries_look_the_same(log: Log) -> None:
    logging.getLogger("some.library").warning("lost %s", TOKEN, extra={"attempt": 2})
    line = log.read()
    assert line["event"] == f"lost {MASK}"
    assert line["attempt"] == 2


def test_a_traceback_is_in_the_line_and_masked(log: Log) -> None:
    try:
        message = f"cannot use {COMPLETE['SUPABASE_SECRET_KEY']}"
        raise RuntimeError(message)
    except RuntimeError:
        get_logger("app.somewhere").exception("failed")
    line = log.read()
    assert "RuntimeError: cannot use ***" in line["exception"]
    assert COMPLETE["SUPABASE_SECRET_KEY"] not in str(line)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"Authorization": "Basic abc"}, {"Authorization": MASK}),
        (
            {"headers": {"apikey": "abc", "accept": "x"}},
            {"headers": {"apikey": MASK, "accept": "x"}},
        ),
        ({"detail": f"Bearer {TOKEN}"}, {"detail": f"Bearer {MASK}"}),
        ({"dsn": "postgres://me:hidden@host/db"}, {"dsn": f"postgres://{MASK}@host/db"}),
        ({"items": ["a", "sb_secret_abc_def"]}, {"items": ["a", MASK]}),
        ({"value": "the known one"}, {"value": f"the {MASK}"}),
        ({"token_count": 3, "run_id": "r"}, {"token_count": 3, "run_id": "r"}),
    ],
)
def test_secrets_are_masked(event: dict[str, Any], expected: dict[str, Any]) -> None:
    assert SecretRedactor(["known one"])(None, "info", event) == expected
