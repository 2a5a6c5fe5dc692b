"""The other routes of the shop: cookies, redirects, XML, GraphQL, jobs and tokens for machines."""

import base64
import secrets
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "warehouse"
CLIENT_SECRET = "shelf/42"
READS_UNTIL_DONE = 2

INVOICE = """<?xml version="1.0"?>
<invoice number="{number}"><line sku="prod-1"><price>49.50</price></line><total>49.50</total></invoice>
"""


async def visit(request: Request) -> JSONResponse:
    """Set a cookie, and tell the one that came."""
    answer = JSONResponse({"came_with": request.cookies.get("visit")})
    answer.set_cookie("visit", f"visit-{secrets.token_hex(4)}", httponly=True)
    return answer


async def move(request: Request) -> Response:
    """Redirect so many times."""
    times: int = request.path_params["times"]
    if times:
        return RedirectResponse(f"/moved/{times - 1}", status_code=302)
    return JSONResponse({"arrived": True})


async def show_invoice(request: Request) -> Response:
    invoice = INVOICE.format(number=request.path_params["order_id"])
    return Response(invoice, media_type="application/xml")


async def show_terms(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("Terms of 2026-01-31\nReference: TERMS-7741\n")


async def answer_query(request: Request) -> JSONResponse:
    """Know one query, whatever it says: the product that the variables name."""
    asked = await request.json()
    product = {"id": asked["variables"]["id"], "name": "Pour-over kettle"}
    return JSONResponse({"data": {"product": product}})


async def start_job(request: Request) -> JSONResponse:
    jobs: dict[str, int] = request.app.state.jobs
    name = f"job-{len(jobs) + 1}"
    jobs[name] = 0
    return JSONResponse({"id": name, "status": "pending"}, status_code=202)


async def show_job(request: Request) -> JSONResponse:
    """Done once it was asked for often enough."""
    jobs: dict[str, int] = request.app.state.jobs
    name: str = request.path_params["name"]
    if name not in jobs:
        raise HTTPException(404, "No such job.")
    jobs[name] += 1
    status = "done" if jobs[name] > READS_UNTIL_DONE else "pending"
    return JSONResponse({"id": name, "status": status})


async def give_token(request: Request) -> JSONResponse:
    """OAuth 2.0 client credentials (RFC 6749, 4.4), the client in the Authorization header."""
    form = parse_qs((await request.body()).decode())
    expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET.replace('/', '%2F')}".encode())
    if request.headers.get("authorization") != f"Basic {expected.decode()}":
        return JSONResponse({"error": "invalid_client"}, status_code=401)
    if form.get("grant_type") != ["client_credentials"]:
        return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
    token = f"shop-{secrets.token_urlsafe(24)}"
    request.app.state.shop.tokens.add(token)
    return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": 3600})


ROUTES = [
    Route("/visit", visit),
    Route("/moved/{times:int}", move),
    Route("/orders/{order_id}/invoice", show_invoice),
    Route("/terms", show_terms),
    Route("/graphql", answer_query, methods=["POST"]),
    Route("/jobs", start_job, methods=["POST"]),
    Route("/jobs/{name}", show_job),
    Route("/oauth/token", give_token, methods=["POST"]),
]
