"""The admin API for users, which the auth library lacks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import psycopg
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scripts.local_supabase.gateway.api_keys import (
    ApiKeyRefusedError,
    identify_caller,
    is_service_call,
)
from scripts.local_supabase.gateway.responses import (
    refuse_admin,
    refuse_key,
    refuse_weak_password,
    render_auth_error,
)
from scripts.local_supabase.gateway.user_store import UserAttributes, UserStore
from scripts.local_supabase.keys import KeyRing

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 1000
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class AdminUsers:
    """Routes under /auth/v1/admin, for callers with the secret key."""

    store: UserStore
    keys: KeyRing

    @property
    def routes(self) -> list[BaseRoute]:
        one = "/users/{user_id}"
        return [
            Route("/users", self._guard(self._list), methods=["GET"]),
            Route("/users", self._guard(self._create), methods=["POST"]),
            Route(one, self._guard(self._get), methods=["GET"]),
            Route(one, self._guard(self._update), methods=["PUT"]),
            Route(one, self._guard(self._delete), methods=["DELETE"]),
        ]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                caller = identify_caller(request.headers, request.scope["query_string"], self.keys)
            except ApiKeyRefusedError as error:
                return refuse_key(error.message, error.hint)
            if not is_service_call(caller, self.keys):
                return refuse_admin()
            return await _render_errors(handler, request)

        return guarded

    async def _list(self, request: Request) -> Response:
        page = max(1, int(request.query_params.get("page") or 1))
        size = int(request.query_params.get("per_page") or DEFAULT_PAGE_SIZE)
        size = min(max(1, size), MAXIMUM_PAGE_SIZE)
        users, total = await self.store.list_page(size, (page - 1) * size)
        headers = {"X-Total-Count": str(total)}
        return JSONResponse({"users": users, "aud": "authenticated"}, headers=headers)

    async def _create(self, request: Request) -> Response:
        attributes = UserAttributes.model_validate_json(await request.body())
        if not (attributes.email or attributes.phone):
            return render_auth_error(400, "validation_failed", "Give an email or a phone")
        return JSONResponse(await self.store.create(attributes))

    async def _get(self, request: Request) -> Response:
        document = await self.store.find(_read_id(request))
        return _report_unknown() if document is None else JSONResponse(document)

    async def _update(self, request: Request) -> Response:
        attributes = UserAttributes.model_validate_json(await request.body())
        document = await self.store.update(_read_id(request), attributes)
        return _report_unknown() if document is None else JSONResponse(document)

    async def _delete(self, request: Request) -> Response:
        body = await request.body()
        if body and (await request.json()).get("should_soft_delete"):
            return render_auth_error(501, "not_implemented", "Users are only deleted for good here")
        return JSONResponse({}) if await self.store.delete(_read_id(request)) else _report_unknown()


async def _render_errors(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except ValidationError as error:
        return _report_invalid(error)
    except psycopg.errors.UniqueViolation as error:
        column = "phone" if "phone" in (error.diag.constraint_name or "") else "email"
        message = f"A user with this {column} has already been registered"
        return render_auth_error(422, f"{column}_exists", message)
    except ValueError as error:
        return render_auth_error(400, "validation_failed", str(error))


def _report_invalid(error: ValidationError) -> Response:
    problem = error.errors()[0]
    field = ".".join(str(part) for part in problem["loc"])
    message = f"{field}: {problem['msg']}" if field else problem["msg"]
    if field == "password":
        return refuse_weak_password(message)
    return render_auth_error(400, "validation_failed", message)


def _read_id(request: Request) -> UUID:
    return UUID(request.path_params["user_id"])


def _report_unknown() -> Response:
    return render_auth_error(404, "user_not_found", "User not found")
