"""Suggests that a case which logs in provides the bearer token of the others."""

import re
from collections.abc import Sequence

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.answers import AnswerReader
from app.catalog.importers.openapi.drafts import Draft
from app.catalog.importers.openapi.graph import Graph
from app.catalog.importers.openapi.responses import ResponseWriter
from app.catalog.importers.openapi.samples import Sampler

CAPTURE = "access_token"
_LOGIN = re.compile(r"log-?_?in|sign-?_?in|token|authenticate|sessions?\b", re.IGNORECASE)
_NAMES = ("accesstoken", "token", "idtoken", "jwt")


def share_token(
    drafts: Sequence[Draft],
    graph: Graph,
    responses: ResponseWriter,
    sampler: Sampler,
    notices: list[Notice],
) -> None:
    """Capture the token of the first case that logs in; all that send one then require it."""
    senders = [draft for draft in drafts if draft.request.get("auth_type") == "bearer"]
    found = _find_login(drafts, responses, sampler) if senders else None
    if found is None:
        return
    login, path = found
    login.response.setdefault("capture_vars", {})[CAPTURE] = {
        "path": path,
        "into": "shared_auth_tokens",
        "secret": True,
    }
    for draft in senders:
        draft.request["auth_token_ref"] = f"shared_auth_tokens.{CAPTURE}"
        draft.require(login.key, "token")
        graph.add(draft.key, login.key)
    text = f"Provides the bearer token of {len(senders)} cases: {path}."
    notices.append(Notice("suggested", login.operation.place, text))


def _find_login(
    drafts: Sequence[Draft], responses: ResponseWriter, sampler: Sampler
) -> tuple[Draft, str] | None:
    for draft in drafts:
        operation = draft.operation
        words = f"{operation.path} {operation.document.get('operationId', '')}"
        if operation.method != "POST" or "auth_type" in draft.request or not _LOGIN.search(words):
            continue
        reader = AnswerReader(sampler, operation.locate("responses"))
        for schema in responses.find_success_schemas(operation):
            if path := reader.find_path(schema, _NAMES):
                return draft, path
    return None
