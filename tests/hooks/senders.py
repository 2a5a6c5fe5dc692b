"""Other services: each signs what it sends as its own documentation says."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import orjson

from tests.runs.workspace import Document, Workspace

Headers = dict[str, str]

# Making one takes longer than a delivery.
TLS = httpx.create_ssl_context()

SIGNATURES: dict[str, dict[str, Any]] = {
    "standard": {"scheme": "standard"},
    "github": {"scheme": "github"},
    "gitlab": {"scheme": "gitlab"},
    "gitlab signed": {"scheme": "gitlab", "mode": "signed"},
    "hmac": {
        "scheme": "hmac",
        "header": "X-Slack-Signature",
        "prefix": "v0=",
        "timestamp_header": "X-Slack-Request-Timestamp",
        "signed_text": "v0:{timestamp}:{body}",
    },
    "supabase": {"scheme": "supabase", "header": "Authorization", "prefix": "Bearer "},
}
INSERTED = {
    "type": "INSERT",
    "table": "releases",
    "schema": "public",
    "record": {"version": "1.2.3"},
    "old_record": None,
}


def sign_standard(body: bytes, secret: str, *, at: float | None = None) -> Headers:
    delivery_id, second = f"msg_{uuid4().hex}", str(int(at or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{delivery_id}.{second}.".encode() + body
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{signature}",
    }


def sign_github(body: bytes, secret: str) -> Headers:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-Hub-Signature-256": f"sha256={digest}",
        "X-GitHub-Delivery": str(uuid4()),
        "X-GitHub-Event": "release",
    }


def sign_slack(body: bytes, secret: str) -> Headers:
    second = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{second}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": second,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def send_gitlab_token(_body: bytes, secret: str) -> Headers:
    return {
        "X-Gitlab-Token": secret,
        "Idempotency-Key": str(uuid4()),
        "X-Gitlab-Event-UUID": str(uuid4()),
    }


def send_supabase_secret(_body: bytes, secret: str) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


SIGN = {
    "standard": sign_standard,
    "github": sign_github,
    "gitlab": send_gitlab_token,
    "gitlab signed": sign_standard,
    "hmac": sign_slack,
    "supabase": send_supabase_secret,
}


class Hook:
    """A hook, a member's client whose paths begin with `prefix`, and the sender that knows the secret."""

    def __init__(
        self, client: httpx.AsyncClient, prefix: str, kind: str, document: Document
    ) -> None:
        self.client = client
        self.prefix = prefix
        self.kind = kind
        self.id: str = document["id"]
        self.secret: str = document["secret"]
        self.path = f"/hooks/{self.id}"

    def encode(self, payload: Any) -> bytes:
        return orjson.dumps(payload)

    def sign(self, body: bytes, secret: str | None = None) -> Headers:
        return SIGN[self.kind](body, secret or self.secret)

    async def deliver(
        self,
        payload: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Deliver as the sender would, or with other headers in place of the signed ones."""
        content = self.encode(INSERTED if payload is None else payload) if body is None else body
        signed = self.sign(content) if headers is None else headers
        url = str(self.client.build_request("POST", self.prefix + self.path).url)
        sent = {"Content-Type": "application/json", **signed, **(more or {})}
        async with httpx.AsyncClient(timeout=20, verify=TLS) as client:
            return await client.post(url, content=content, headers=httpx.Headers(sent, "utf-8"))

    async def list_log(self, **query: Any) -> list[Document]:
        path = f"{self.prefix}{self.path}/deliveries"
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def count_runs(self) -> int:
        log = await self.list_log(outcome="accepted")
        return len({entry["run_id"] for entry in log})


async def create_hook(workspace: Workspace, kind: str = "standard", **fields: Any) -> Hook:
    document = {
        "name": f"{kind} {uuid4().hex[:8]}",
        "environment_id": workspace.environment_id,
        "signature": SIGNATURES[kind],
        **fields,
    }
    created = await workspace.client.post(f"/projects/{workspace.project_id}/hooks", json=document)
    assert created.status_code == 201, created.text
    shown = created.json()
    known = shown | {"secret": shown["secret"] or fields.get("secret")}
    return Hook(workspace.client, "", kind, known)


def read_answer(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the outcome or the code of the problem."""
    document = answer.json()
    return answer.status_code, document.get("outcome") or document["code"]
