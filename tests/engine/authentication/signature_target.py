"""A target that verifies AWS signatures by computing them once more."""

import hashlib
import hmac
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<scope>(?P<date>\d{8})/(?P<region>[^/]+)"
    r"/(?P<service>[^/]+)/aws4_request), SignedHeaders=(?P<names>[^,]+), Signature=(?P<signature>\w+)"
)


@dataclass
class SignatureTarget:
    """Answers 403 when the signature is not the one it computes."""

    paths: list[str] = field(default_factory=list[str])

    @property
    def application(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=methods)])

    async def answer(self, request: Request) -> JSONResponse:
        match = _AUTHORIZATION.fullmatch(request.headers["authorization"])
        assert match
        canonical = build_canonical(request, await request.body(), match.groupdict())
        expected = sign(canonical, request.headers["x-amz-date"], match.groupdict())
        is_right = match["key"] == ACCESS_KEY and match["signature"] == expected
        self.paths.append(request.scope["raw_path"].decode())
        return JSONResponse(match["names"].split(";"), 200 if is_right else 403)


def build_canonical(request: Request, body: bytes, found: Mapping[str, str]) -> str:
    raw_path = request.scope["raw_path"].decode()
    # Only S3 takes paths as they are.
    normal = quote(posixpath.normpath(raw_path), safe="/-_.~")
    path = raw_path if found["service"] == "s3" else normal
    fields = [(name, " ".join(request.headers[name].split())) for name in found["names"].split(";")]
    return "\n".join(
        [
            request.method,
            path,
            build_canonical_query(request.scope["query_string"].decode()),
            *(f"{name}:{value}" for name, value in fields),
            "",
            found["names"],
            hashlib.sha256(body).hexdigest(),
        ]
    )


def build_canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    encoded = sorted(
        (quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~"))
        for name, _, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def sign(canonical: str, date: str, found: Mapping[str, str]) -> str:
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (found["date"], found["region"], found["service"], "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", date, found["scope"], digest])
    return hmac.digest(key, text.encode(), "sha256").hex()
