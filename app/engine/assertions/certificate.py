"""How many days the TLS certificate of the target is still valid."""

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import Predicate
from app.engine.reading import Reading, give_up
from app.engine.response import Response
from app.engine.transport import ReceivedResponse

SECONDS_PER_DAY = 86_400


def declare(declaration: Declaration) -> Check:
    """An assertion of type `certificate`: at least the expected days unless it says otherwise."""

    def read(response: Response) -> Reading:
        certificate = response.received.certificate
        if certificate is None:
            return give_up(_explain_absence(response.received))
        left = certificate.not_after - declaration.clock.now()
        return Reading(True, round(left.total_seconds() / SECONDS_PER_DAY, 2))

    return Predicate(
        name=declaration.description or "days until the certificate expires",
        type="certificate",
        operator=declaration.choose_operator("ge"),
        read=read,
        expected=declaration.expected,
    )


def _explain_absence(received: ReceivedResponse) -> str:
    url = received.url or (received.request.url if received.request else "")
    if url.lower().startswith("http:"):
        return "the target was not reached over TLS and has no certificate"
    return "HTTP/2 does not tell the certificate here; set transfer.http_version to 1.1"
