"""`[Options]` of an entry."""

import re
from collections.abc import Callable
from typing import Any, Final

from app.catalog.importers.composing.requests import RequestComposer
from app.catalog.importers.hurl.scope import Scope
from app.catalog.importers.hurl.syntax import Pair

_DURATION: Final = re.compile(r"([0-9]{1,9})(ms|s|m|h)?")
_FACTORS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_LONGEST_MS: Final = 600_000
_MOST_ATTEMPTS: Final = 100
_MOST_REDIRECTS: Final = 50
_WITHOUT_MEANING: Final = frozenset(
    ("verbose", "very-verbose", "verbosity", "compressed", "http1.1", "ipv4", "ipv6", "path-as-is")
)


def write_options(composer: RequestComposer, options: list[Pair], scope: Scope) -> None:
    """Apply the options to the draft; those that have no equal are told by name."""
    for option in options:
        if option.name == "variable":
            name, _, value = option.value.partition("=")
            scope.set_variable(name.strip(), value.strip().strip('"'))
        elif option.name in _SETTINGS:
            _apply(composer, option)
        elif option.name not in _WITHOUT_MEANING | {"retry", "retry-interval"}:
            text = f"The option {option.name[:50]} is not imported."
            composer.tell("not_imported", text, f"line {option.line}")
    _write_retry(composer, {option.name: option for option in options})


def _apply(composer: RequestComposer, option: Pair) -> None:
    try:
        _SETTINGS[option.name](composer, option.value)
    except ValueError:
        text = f"The option {option.name} with this value is not imported."
        composer.tell("not_imported", text, f"line {option.line}")


def _write_retry(composer: RequestComposer, options: dict[str, Pair]) -> None:
    """Hurl tries again whatever went wrong; so do both parts of ours together."""
    retry = options.get("retry")
    if retry is None or retry.value in ("0", "false"):
        return
    interval = options.get("retry-interval")
    delay = _read_duration(interval.value, "ms") if interval else 1_000
    if retry.value not in ("-1", "true") and not retry.value.isdecimal():
        text = "The option retry with a variable is not imported."
        composer.tell("not_imported", text, f"line {retry.line}")
        return
    wanted = int(retry.value[:9]) + 1 if retry.value.isdecimal() else _MOST_ATTEMPTS
    attempts = min(wanted, _MOST_ATTEMPTS)
    if not retry.value.isdecimal() or wanted > _MOST_ATTEMPTS:
        text = f"At most {_MOST_ATTEMPTS} attempts are made."
        composer.tell("changed", text, f"line {retry.line}")
    composer.draft.options["retry"] = {
        "assertions": {"attempts": attempts, "delay_ms": delay or 1_000},
        "transport": {"attempts": attempts, "initial_ms": delay or 1_000},
    }


def _read_duration(written: str, unit: str) -> int | None:
    match = _DURATION.fullmatch(written.strip())
    if match is None:
        return None
    return min(max(int(match[1]) * _FACTORS[match[2] or unit], 1), _LONGEST_MS)


def _need_duration(written: str, unit: str = "s") -> int:
    duration = _read_duration(written, unit)
    if duration is None:
        raise ValueError(written)
    return duration


def _read_boolean(written: str) -> bool:
    if written not in ("true", "false"):
        raise ValueError(written)
    return written == "true"


def _follow(composer: RequestComposer, value: str) -> None:
    _get_redirects(composer)["follow"] = _read_boolean(value)


def _limit_redirects(composer: RequestComposer, value: str) -> None:
    number = int(value[:6])
    _get_redirects(composer)["maximum"] = (
        min(number, _MOST_REDIRECTS) if number > 0 else _MOST_REDIRECTS
    )


def _get_redirects(composer: RequestComposer) -> dict[str, Any]:
    transfer = composer.draft.request.setdefault("transfer", {})
    return transfer.setdefault("redirects", {"follow": False})


def _set_timeout(composer: RequestComposer, value: str) -> None:
    composer.draft.options["timeout_ms"] = _need_duration(value)


def _set_user(composer: RequestComposer, value: str) -> None:
    name, _, password = value.partition(":")
    composer.set_user("basic", name, password)


def _skip(composer: RequestComposer, value: str) -> None:
    composer.draft.enabled = not _read_boolean(value)


def _trust(composer: RequestComposer, value: str) -> None:
    composer.set_transfer(tls={"verify": not _read_boolean(value)})


def _use_http2(composer: RequestComposer, value: str) -> None:
    composer.set_transfer(http_version="2" if _read_boolean(value) else "1.1")


def _add_header(composer: RequestComposer, value: str) -> None:
    name, _, content = value.partition(":")
    composer.add_header(name, content)


_SETTINGS: Final[dict[str, Callable[[RequestComposer, str], None]]] = {
    "location": _follow,
    "max-redirs": _limit_redirects,
    "max-time": _set_timeout,
    "connect-timeout": lambda composer, value: composer.set_transfer(
        timeouts={"connect_ms": _need_duration(value)}
    ),
    "insecure": _trust,
    "skip": _skip,
    "user": _set_user,
    "header": _add_header,
    "http2": _use_http2,
    "proxy": lambda composer, value: composer.set_transfer(
        proxy=composer.hider.hide("proxy", value)
    ),
}
