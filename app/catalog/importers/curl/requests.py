"""One request of curl as a case."""

import re
from collections.abc import Callable
from typing import Final

from app.catalog.importers.composing.addresses import split_query
from app.catalog.importers.composing.requests import RequestComposer
from app.catalog.importers.curl.arguments import Option, Transfer
from app.catalog.importers.curl.bodies import DATA, has_body, join_data, write_body
from app.catalog.importers.curl.options import WITHOUT_MEANING

MOST_REDIRECTS: Final = 50
_LONGEST_MS: Final = 600_000
_SECONDS: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_HANDLED: Final = frozenset(
    (
        *DATA,
        *("request", "url", "header", "form", "form-string", "user", "cookie", "user-agent"),
        *("referer", "get", "head", "oauth2-bearer", "digest", "anyauth", "aws-sigv4", "url-query"),
        *("max-redirs", "upload-file", "retry-delay", "location", "no-location", "no-insecure"),
    )
)


def find_method(transfer: Transfer) -> str:
    """Return the method that curl would use."""
    if written := transfer.find("request"):
        return written.upper()
    if transfer.has("head"):
        return "HEAD"
    if transfer.find("upload-file") is not None:
        return "PUT"
    return "POST" if has_body(transfer) and not transfer.has("get") else "GET"


def write_request(composer: RequestComposer, transfer: Transfer, url: str) -> bool:
    """Fill in the draft; False when there is nothing to send it to."""
    if not composer.set_endpoint(find_method(transfer), url):
        return False
    for value in transfer.list_values("header"):
        _write_header(composer, value)
    _write_named_headers(composer, transfer)
    _write_credentials(composer, transfer)
    if transfer.has("get"):
        for name, value in split_query(join_data(composer, transfer) or ""):
            composer.add_query(name, value)
    else:
        write_body(composer, transfer)
    for name, value in split_query("&".join(transfer.list_values("url-query"))):
        composer.add_query(name, value)
    _write_transfer(composer, transfer)
    for option in transfer.options:
        _report(composer, option)
    return True


def _write_header(composer: RequestComposer, written: str) -> None:
    name, separator, value = written.partition(":")
    if separator and value.strip():
        composer.add_header(name, value)
    elif written.endswith(";"):
        composer.add_header(written[:-1], "")
    elif written.startswith("@"):
        composer.tell("not_imported", "--header names a file, which is not here.")


def _write_named_headers(composer: RequestComposer, transfer: Transfer) -> None:
    for option, name in (("user-agent", "User-Agent"), ("referer", "Referer")):
        value = transfer.find(option)
        if value and not composer.has_header(name.lower()):
            composer.add_header(name, value)
    if transfer.has("json") and not composer.has_header("accept"):
        composer.add_header("Accept", "application/json")
    for cookies in transfer.list_values("cookie"):
        if "=" in cookies:
            composer.add_cookies(cookies)
        else:
            composer.tell("not_imported", "--cookie names a file, which is not here.")


def _write_credentials(composer: RequestComposer, transfer: Transfer) -> None:
    if token := transfer.find("oauth2-bearer"):
        composer.set_bearer(token)
    user = transfer.find("user")
    if user is None:
        return
    name, _, password = user.partition(":")
    provider = transfer.find("aws-sigv4")
    if provider is None:
        composer.set_user("digest" if transfer.has("digest") else "basic", name, password)
        return
    _, _, place = provider.partition(":")
    region, service = ([*place.split(":"), "", "", ""])[1:3]
    if region and service:
        settings = {"access_key_id": name, "secret_access_key": password}
        composer.set_auth("aws-sigv4", {**settings, "region": region, "service": service})
    else:
        composer.tell("not_imported", "--aws-sigv4 without region and service.")


def _write_transfer(composer: RequestComposer, transfer: Transfer) -> None:
    if transfer.has("location") or transfer.has("location-trusted"):
        redirects: dict[str, object] = {"follow": True}
        written = transfer.find("max-redirs") or ""
        if written.isdecimal() and len(written) < 6:
            redirects["maximum"] = min(max(int(written), 1), MOST_REDIRECTS)
        composer.set_transfer(redirects=redirects)
    for option in transfer.options:
        if setting := _SETTINGS.get(option.name):
            setting(composer, option)


def _trust_all(composer: RequestComposer, _: Option) -> None:
    composer.draft.request.setdefault("transfer", {}).setdefault("tls", {})["verify"] = False


def _use_certificate(composer: RequestComposer, option: Option) -> None:
    name = {"cert": "certificate", "key": "key", "cacert": "ca"}[option.name]
    tls = composer.draft.request.setdefault("transfer", {}).setdefault("tls", {})
    tls[name] = composer.hider.hide(f"client_{name}", option.value.rpartition(":")[2] or "file")
    text = f"--{option.name} names a file: put its PEM text into the variable."
    composer.tell("changed", text)


def _use_proxy(composer: RequestComposer, option: Option) -> None:
    composer.set_transfer(proxy=composer.hider.hide("proxy", option.value))


def _limit_time(composer: RequestComposer, option: Option) -> None:
    milliseconds = _read_milliseconds(option.value)
    if milliseconds is None:
        composer.tell("not_imported", f"--{option.name} is no number of seconds.")
    elif option.name == "max-time":
        composer.draft.options["timeout_ms"] = milliseconds
    else:
        composer.set_transfer(timeouts={"connect_ms": milliseconds})


def _retry(composer: RequestComposer, option: Option) -> None:
    if option.value.isdecimal() and len(option.value) < 6 and int(option.value):
        attempts = min(int(option.value) + 1, 100)
        composer.draft.options["retry"] = {"transport": {"attempts": attempts}}


def _read_milliseconds(written: str) -> int | None:
    if not _SECONDS.fullmatch(written):
        return None
    return min(max(round(float(written) * 1_000), 1), _LONGEST_MS)


_SETTINGS: Final[dict[str, Callable[[RequestComposer, Option], None]]] = {
    "insecure": _trust_all,
    "cert": _use_certificate,
    "key": _use_certificate,
    "cacert": _use_certificate,
    "proxy": _use_proxy,
    "max-time": _limit_time,
    "connect-timeout": _limit_time,
    "retry": _retry,
    "http2": lambda composer, _: composer.set_transfer(http_version="2"),
    "http2-prior-knowledge": lambda composer, _: composer.set_transfer(http_version="2"),
}


def _report(composer: RequestComposer, option: Option) -> None:
    if option.name == "upload-file":
        composer.tell("not_imported", "--upload-file names a file, which is not here.")
    elif option.name not in _HANDLED | _SETTINGS.keys() | WITHOUT_MEANING:
        text = f"The option --{option.name[:50]} is not imported."
        composer.tell("not_imported", text, f"line {option.line}")
