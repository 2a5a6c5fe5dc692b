"""One JSON object per log line, with the request and run it belongs to and without secrets."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.core.settings import Settings

MASK: Final = "***"
_SECRET_NAME = re.compile(
    r"authorization|apikey|api_key|password|secret|token|cookie|private_key|encryption_key",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|sb_secret_[\w-]+|ticket_gAAAA[\w-]+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_PLAIN_NAMES: Final = frozenset({"event", "level", "logger", "timestamp", "request_id", "run_id"})


class SecretRedactor:
    """Masks what is named like a secret, shaped like one, or is one of the given values."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted({re.escape(value) for value in values if value}, key=len, reverse=True)
        self._pattern = re.compile("|".join([*known, _SECRET_SHAPE.pattern]))

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        """Return the event with every secret masked (a structlog processor)."""
        return {key: self._redact_named(key, value) for key, value in event.items()}

    def _redact_named(self, key: str, value: object) -> object:
        if key not in _PLAIN_NAMES and _SECRET_NAME.search(key) and isinstance(value, str):
            return MASK
        return self._redact(value)

    def _redact(self, value: object) -> object:
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, Mapping):
            items = cast("Mapping[object, object]", value).items()
            return {str(key): self._redact_named(str(key), item) for key, item in items}
        if isinstance(value, list | tuple):
            return [self._redact(item) for item in cast("Iterable[object]", value)]
        return value


def configure_logging(settings: Settings) -> None:
    """Send the logs of this process, libraries included, to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_processors(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _drop_terminal_colors,
                SecretRedactor(secret.get_secret_value() for secret in settings.secrets),
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    _quiet_libraries()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger; `request_id` and `run_id` bound with structlog.contextvars join each line."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _drop_terminal_colors(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)
    return event


def _quiet_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = name != "uvicorn.access"
    # The queue library reports every look for work at INFO.
    for name in ("httpx", "httpcore", "asyncio", "procrastinate"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It calls every lost connection a permanent failure; the relay reports its own state.
    logging.getLogger("realtime").setLevel(logging.CRITICAL)


def _to_json(event: Mapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
