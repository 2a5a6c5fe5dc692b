"""A token endpoint that counts, and a resource that wants its tokens."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qs, unquote_plus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT = "client:1"
CLIENT_SECRET = "se/cret+&%"
REFRESH_TOKEN = "first-refresh-token"

Answer: TypeAlias = Callable[[], Response]


@dataclass
class TokenTarget:
    """`answers` come first, one for each request of a token; then tokens are given out."""

    fields: Mapping[str, object] = field(default_factory=lambda: {"expires_in": 3600})
    answers: list[Answer] = field(default_factory=list[Answer])
    rotates: bool = False
    refusals: int = 0
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    valid: set[str] = field(default_factory=set[str])
    refresh_token: str = REFRESH_TOKEN
    used: list[str] = field(default_factory=list[str])

    @property
    def application(self) -> Starlette:
        routes = [
            Route("/token", self.give, methods=["POST"]),
            Route("/resource", self.answer, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    async def give(self, request: Request) -> Response:
        parsed = parse_qs((await request.body()).decode(), strict_parsing=True)
        form = {name: values[0] for name, values in parsed.items()}
        self.forms.append(form)
        if self.answers:
            return self.answers.pop(0)()
        if self.read_client(request, form) != (CLIENT, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh_token:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": self.issue(), **self.fields, **self.rotate()})

    def read_client(self, request: Request, form: Mapping[str, str]) -> tuple[str, str]:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
        return unquote_plus(client), unquote_plus(secret)

    def issue(self) -> str:
        token = f"token-{secrets.token_urlsafe(16)}"
        self.valid.add(token)
        return token

    def rotate(self) -> Mapping[str, str]:
        if not self.rotates:
            return {}
        self.refresh_token = f"refresh-{secrets.token_urlsafe(16)}"
        return {"refresh_token": self.refresh_token}

    async def answer(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.used.append(token)
        if self.refusals > 0 or token not in self.valid:
            self.refusals -= 1
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"body": (await request.body()).decode()})
