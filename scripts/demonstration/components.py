"""What a demonstration or a test starts: a local Supabase, the service and the shop it tests."""

import hashlib
import json
import select
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from scripts.demonstration.processes import Child, HttpChild

SHOP_DELAY_MS = 250.0
"""Slow enough for a person to watch."""

UVICORN_OPTIONS = (
    *("--host", "127.0.0.1", "--port", "{port}"),
    *("--no-access-log", "--ws-per-message-deflate", "false", "--ws-max-size", "65536"),
    *("--timeout-graceful-shutdown", "5"),
)


@dataclass(frozen=True)
class SupabaseDetails:
    """Where a local Supabase listens, and its keys."""

    supabase_url: str
    publishable_key: str
    secret_key: str
    jwt_secret: str
    database_url: str
    anon_jwt: str
    service_role_jwt: str
    postgrest_url: str
    seconds: float
    pids: Mapping[str, int]

    @classmethod
    def from_line(cls, line: str) -> Self:
        document = json.loads(line)
        return cls(**{field.name: document[field.name] for field in fields(cls)})


class LocalSupabase(Child):
    """A whole local Supabase on free ports, removed when it ends."""

    reads_output = True
    details: SupabaseDetails

    def __init__(self, log: Path) -> None:
        ephemeral = ["--ephemeral", "--port", "0", "--exit-with-parent"]
        super().__init__(["scripts.local_supabase", "run", *ephemeral], log)

    def wait_until_ready(self, timeout_seconds: float = 60.0) -> None:
        """Read the line in which the stack says where it is."""
        process = self.process
        if process is None or process.stdout is None:
            raise self.failure("has no output to read")
        if not select.select([process.stdout], [], [], timeout_seconds)[0]:
            raise self.failure(f"was not ready after {timeout_seconds} s")
        line = process.stdout.readline()
        if not line:
            raise self.failure("ended before it was ready")
        self.details = SupabaseDetails.from_line(line)


class Service(HttpChild):
    """The service as users run it: uvicorn with the worker inside."""

    def __init__(
        self, supabase: SupabaseDetails, log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(
            ["uvicorn", "app.main:create_app", "--factory", *UVICORN_OPTIONS],
            log,
            {**service_settings(supabase), **(settings or {})},
            ready_path="/readyz",
        )


def service_settings(supabase: SupabaseDetails) -> dict[str, str]:
    """The environment variables with which the service uses this Supabase."""
    return {
        "SUPABASE_URL": supabase.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": supabase.publishable_key,
        "SUPABASE_SECRET_KEY": supabase.secret_key,
        "SUPABASE_DB_URL": supabase.database_url,
        "SUPABASE_JWT_SECRET": supabase.jwt_secret,
        "SECRETS_ENCRYPTION_KEY": hashlib.sha256(supabase.jwt_secret.encode()).hexdigest(),
        "ENVIRONMENT": "development",
        "LOG_LEVEL": "INFO",
        "RUN_WORKER_IN_API": "true",
    }


class Shop(HttpChild):
    """The shop API that the demonstration tests."""

    def __init__(self, log: Path, delay_ms: float) -> None:
        arguments = ["tests.targets", "{port}", "--delay-ms", str(delay_ms)]
        super().__init__(arguments, log, ready_path="/health")
