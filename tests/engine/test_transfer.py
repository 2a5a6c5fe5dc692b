"""The settings of a request's way, read from a test."""

import pytest

from app.engine import InvalidPlanError, JsonObject, Scope
from app.engine.document import Document
from app.engine.errors import TemplateError
from app.engine.transfer import Tls, Transfer


def read(fields: JsonObject) -> Transfer:
    return Transfer.from_document(Document(fields, "transfer"))


def test_reads_every_setting() -> None:
    fields: JsonObject = {
        "redirects": {"follow": True, "maximum": 3},
        "cookies": "off",
        "proxy": "http://proxy.test:3128",
        "tls": {"verify": False, "ca": "CA", "certificate": "CERTIFICATE", "key": "KEY"},
        "http_version": "2",
        "timeouts": {"connect_ms": 100, "read_ms": 200},
        "maximum_body_bytes": 1000,
        "compression": False,
    }
    assert read(fields) == Transfer(
        maximum_redirects=3,
        uses_cookies=False,
        proxy="http://proxy.test:3128",
        tls=Tls(verify=False, ca="CA", certificate="CERTIFICATE", key="KEY"),
        http_version="2",
        connect_timeout_ms=100,
        read_timeout_ms=200,
        maximum_body_bytes=1000,
        accepts_compression=False,
    )


@pytest.mark.parametrize("fields", [{}, {"redirects": {"follow": False, "maximum": 3}}])
def test_has_defaults(fields: JsonObject) -> None:
    assert read(fields) == Transfer()


def test_follows_ten_redirects_unless_told_otherwise() -> None:
    assert read({"redirects": {"follow": True}}).maximum_redirects == 10


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"redirects": {"follow": True, "maximum": 51}}, r"transfer\.redirects\.maximum: must be"),
        ({"redirects": {"follow": "yes"}}, r"transfer\.redirects\.follow: must be true or false"),
        ({"cookies": "jar"}, r"transfer\.cookies: must be run or off, not 'jar'"),
        ({"http_version": "3"}, r"transfer\.http_version: must be 1\.1 or 2, not '3'"),
        ({"tls": {"verify": 0}}, r"transfer\.tls\.verify"),
        ({"tls": {"ca": 1}}, r"transfer\.tls\.ca: must be a text"),
        ({"timeouts": {"connect_ms": -1}}, r"transfer\.timeouts\.connect_ms"),
        ({"maximum_body_bytes": "1 MB"}, r"transfer\.maximum_body_bytes"),
    ],
)
def test_tells_what_cannot_be_understood(fields: JsonObject, message: str) -> None:
    with pytest.raises(InvalidPlanError, match=message):
        read(fields)


def test_texts_are_templates() -> None:
    scope = Scope(environment={"PROXY": "http://proxy.test", "NONE": ""}, secrets={"KEY": "pem"})
    source = scope.for_iteration(None)
    transfer = read({"proxy": "{{env.PROXY}}", "tls": {"key": "{{env.KEY}}"}}).render(source)
    assert (transfer.proxy, transfer.tls.key) == ("http://proxy.test", "pem")
    assert read({"proxy": "{{env.NONE}}"}).render(source).proxy is None
    with pytest.raises(TemplateError, match=r"transfer\.tls\.ca"):
        read({"tls": {"ca": "{{env.NOTHING}}"}}).render(source)
