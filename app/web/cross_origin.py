"""Which browser applications of other origins may call, and what they may read."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

EXPOSED: Final = (
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "X-Request-ID",
)


class CrossOriginMiddleware(CORSMiddleware):
    """Grants everything to the origins that the settings name, and others nothing."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return what is granted: nothing is no error of the request, the browser refuses then."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == 200:
            return answer
        return Response(status_code=204, headers={"Vary": answer.headers["Vary"]})
