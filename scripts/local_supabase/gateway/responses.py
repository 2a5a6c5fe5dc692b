"""JSON answers of the gateway itself, in the shape that Supabase clients read."""

from starlette.responses import JSONResponse


def refuse_key(message: str, hint: str) -> JSONResponse:
    return JSONResponse({"message": message, "hint": hint}, status_code=401)


def refuse_admin() -> JSONResponse:
    return render_auth_error(403, "not_admin", "The admin API needs the secret key")


def render_auth_error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": status, "error_code": code, "msg": message}, status_code=status)


def refuse_weak_password(message: str) -> JSONResponse:
    problem = {"code": 422, "error_code": "weak_password", "msg": message}
    return JSONResponse({**problem, "weak_password": {"reasons": ["length"]}}, status_code=422)


def report_missing(feature: str) -> JSONResponse:
    message = f"{feature} is not part of the local Supabase; use `supabase start` or a hosted project for it"
    return JSONResponse(
        {
            "message": message,
            "error": "Not Implemented",
            "code": "not_implemented",
            "statusCode": "501",
        },
        status_code=501,
    )


def report_upstream(status: int, name: str, reason: str) -> JSONResponse:
    return JSONResponse(
        {"message": f"{name} {reason}", "code": "upstream_unavailable"}, status_code=status
    )
