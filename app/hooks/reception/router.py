"""The route that other services deliver to."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response, Security, status
from fastapi.security import APIKeyHeader
from starlette.background import BackgroundTask

from app.auth.addresses import find_origin
from app.auth.errors import AccessTokensUnavailableError
from app.core.errors import TooManyRequestsError
from app.core.identifiers import HookId
from app.db.errors import DatabaseUnavailableError
from app.hooks.errors import (
    HookMappingError,
    HookPayloadError,
    HookRunRefusedError,
    InvalidSignatureError,
)
from app.hooks.reception.schemas import Receipt
from app.hooks.reception.service import HookReceiver, Rejection
from app.hooks.signatures.message import Message
from app.web.errors import BodyTooLargeError, RequestInvalidError
from app.web.problems import problem_responses, render_problem

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Whatever the sender sends as JSON, under any content type.",
        "content": {
            "application/json": {
                "schema": {},
                "example": {"action": "published", "release": {"tag_name": "v1.2.3"}},
            },
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"payload": {"type": "string", "description": "JSON."}},
                    "required": ["payload"],
                }
            },
        },
    }
}

# Verified over the body as it came, by the scheme of the hook; declared for the description.
SIGNATURES: Final = [
    Security(
        APIKeyHeader(
            name=header, scheme_name=f"{scheme}Signature", description=text, auto_error=False
        )
    )
    for scheme, header, text in (
        (
            "Standard",
            "webhook-signature",
            "Standard Webhooks: with `webhook-id`, `webhook-timestamp`.",
        ),
        ("GitHub", "X-Hub-Signature-256", "`sha256=` and the hexadecimal HMAC of the body."),
        (
            "GitLab",
            "X-Gitlab-Token",
            "The secret itself; with `mode` signed, as Standard Webhooks.",
        ),
        (
            "Hmac",
            "X-Signature",
            "An HMAC in the header that the hook names, over the text it names.",
        ),
        ("Supabase", "X-Hook-Secret", "The secret in the header that the hook names."),
    )
]

router = APIRouter(tags=["hooks"])


async def get_hook_receiver(request: Request) -> HookReceiver:
    """Return what receives deliveries in this process."""
    return request.app.state.hook_receiver


Receiver = Annotated[HookReceiver, Depends(get_hook_receiver)]


@router.post(
    "/hooks/{hook_id}",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=Receipt,
    openapi_extra=_BODY,
    dependencies=SIGNATURES,
    responses=problem_responses(
        InvalidSignatureError,
        BodyTooLargeError,
        RequestInvalidError,
        HookPayloadError,
        HookMappingError,
        HookRunRefusedError,
        TooManyRequestsError,
        DatabaseUnavailableError,
        AccessTokensUnavailableError,
    ),
)
async def deliver_to_hook(
    hook_id: HookId, request: Request, response: Response, receiver: Receiver
) -> Receipt | Response:
    """
    Deliver an event, signed as the hook demands; its run is at `Location`.

    A repeated delivery is answered with the same run and starts nothing.
    """
    message = Message(request.headers.raw, await request.body())
    answer = await receiver.receive(hook_id, message, find_origin(request))
    if isinstance(answer, Rejection):
        return _refuse(answer, receiver, request.state.request_id)
    if answer.run_id is not None:
        response.headers["Location"] = f"/api/v1/runs/{answer.run_id}"
    return answer


def _refuse(rejection: Rejection, receiver: HookReceiver, request_id: str) -> Response:
    response = render_problem(InvalidSignatureError(), request_id)
    # After the answer, which takes the same time whether there is a hook to log for.
    response.background = BackgroundTask(receiver.log_rejection, rejection)
    return response
