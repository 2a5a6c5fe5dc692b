"""AWS Signature Version 4, computed by AWS's own library."""

import asyncio
import io
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignedBodyHeaderType,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.exceptions import AwsCrtError
from awscrt.http import HttpHeaders, HttpRequest

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.errors import InvalidRequestError
from app.engine.network.target import parse_target
from app.engine.requests.header import find_field
from app.engine.transport import PreparedRequest, ReceivedResponse

# What the signature replaces, and what may change on the way.
UNSIGNED = frozenset({"authorization", "cookie", "host"})
S3 = "s3"


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """`Authorization: AWS4-HMAC-SHA256 ...` over method, URL, headers and body."""

    settings: ClassVar[tuple[str, ...]] = (
        "access_key_id",
        "secret_access_key",
        "session_token",
        "region",
        "service",
    )

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    region: str
    service: str

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """All but the session token are required."""
        return cls(
            access_key_id=settings.get_text("access_key_id"),
            secret_access_key=settings.get_text("secret_access_key"),
            session_token=settings.find_text("session_token"),
            region=settings.get_text("region"),
            service=settings.get_text("service"),
        )

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with a signature, which is valid for this request for some minutes."""
        message = _to_message(request)
        try:
            await asyncio.wrap_future(aws_sign_request(message, self._configure(line)))
        except AwsCrtError as error:
            raise InvalidRequestError(
                f"the request cannot be signed: {error.message}",
                "auth",
                "Remove the headers and query parameters that the signature adds (X-Amz-...).",
            ) from error
        return await line.send(_take_headers(request, message, line))

    def _configure(self, line: Line) -> AwsSigningConfig:
        is_s3 = self.service == S3
        header = AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
        return AwsSigningConfig(
            credentials_provider=AwsCredentialsProvider.new_static(
                self.access_key_id, self.secret_access_key, self.session_token
            ),
            region=self.region,
            service=self.service,
            date=line.now,
            # S3 takes paths as they are, and wants to be told the hash of the body.
            use_double_uri_encode=not is_s3,
            should_normalize_uri_path=not is_s3,
            signed_body_header_type=header if is_s3 else AwsSignedBodyHeaderType.NONE,
        )


def _to_message(request: PreparedRequest) -> HttpRequest:
    """What is signed of the request."""
    target = parse_target(request.url)
    fields = [field for field in request.headers if field[0].lower() not in UNSIGNED]
    host = find_field(request, "host") or target.authority
    body = None if request.body is None else io.BytesIO(request.body)
    return HttpRequest(request.method, target.path, HttpHeaders([*fields, ("Host", host)]), body)


def _take_headers(request: PreparedRequest, message: HttpRequest, line: Line) -> PreparedRequest:
    """The request with what was signed, what was not, and the signature."""
    signed = [field for field in message.headers if field[0].lower() not in UNSIGNED]
    unsigned = [
        field for field in request.headers if field[0].lower() in UNSIGNED - {"authorization"}
    ]
    authorization = message.headers.get("Authorization") or ""
    signature = authorization.rpartition("Signature=")[2]
    line.learn_secret(signature)
    return replace(
        request,
        headers=(*signed, *unsigned, ("Authorization", authorization)),
        credentials=(*request.credentials, signature),
    )
