"""A client certificate proves a test to a target that demands one."""

from contextlib import aclosing

from app.engine import AuthSpec, ResultStatus, Scope, run
from app.engine.transfer import Tls, Transfer
from app.engine.transports.direct_transport import DirectTransport
from tests.engine.builders import build_plan, build_test, collect, get_results
from tests.engine.transports.tls_server import (
    TRUSTING,
    build_context,
    build_identity,
    issue,
    serve_tls,
)

TEMPLATES = Tls(ca="{{env.CA}}", certificate="{{env.CERTIFICATE}}", key="{{env.KEY}}")


async def test_the_certificate_of_variables_is_shown() -> None:
    identity = build_identity()
    secrets = {"CA": identity.ca, "CERTIFICATE": identity.certificate, "KEY": identity.key}
    scope = Scope(secrets={name: text or "" for name, text in secrets.items()})
    auth = AuthSpec(type="mtls")
    async with (
        serve_tls(build_context(issue(), asks_client=True)) as url,
        aclosing(DirectTransport()) as transport,
    ):
        tests = [
            build_test("known", path=url, auth=auth, transfer=Transfer(tls=TEMPLATES)),
            build_test("unknown", path=url, transfer=Transfer(tls=TRUSTING)),
        ]
        events = await collect(run(build_plan(tests), scope, transport))
    results = get_results(events)
    assert results["known"].status is ResultStatus.PASSED
    assert results["unknown"].status is ResultStatus.ERROR
