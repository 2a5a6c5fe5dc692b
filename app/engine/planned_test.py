"""One test of a plan: its request, what it expects, keeps and when it may run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from app.engine.auth import AuthSpec
from app.engine.captures import CaptureSpec
from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.expectations import Expectations
from app.engine.iterations import Iterate
from app.engine.json_values import JsonValue
from app.engine.retries.policies import PollPolicy, RetryPolicy
from app.engine.templates.references import References
from app.engine.transfer import Transfer
from app.engine.transport import DEFAULT_TRANSFER

Phase: TypeAlias = Literal["setup", "test", "teardown"]

DEFAULT_TIMEOUT_MS = 30_000
NO_RETRIES = RetryPolicy()

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTest:
    """
    One test of the plan; texts in the request and the expectations may hold templates.

    `references` are the paths that these use. Tests that share one of the `locks` never overlap.
    `retry_count` more attempts follow whatever did not pass, beside those of `retry`.
    """

    test_case_id: str
    key: str
    name: str
    method: str
    path: str
    headers: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    query_params: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    path_params: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    body: JsonValue = None
    body_type: str | None = None
    auth: AuthSpec = field(default_factory=AuthSpec)
    cookies: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    transfer: Transfer = DEFAULT_TRANSFER
    expectations: Expectations = field(default_factory=Expectations)
    captures: Mapping[str, CaptureSpec] = field(default_factory=dict[str, CaptureSpec])
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    retry_count: int = 0
    retry: RetryPolicy = NO_RETRIES
    poll: PollPolicy | None = None
    iterate: Iterate | None = None
    phase: Phase = "test"
    locks: tuple[str, ...] = ()
    revision: int = 1
    suite_id: str | None = None
    suite_name: str | None = None
    order_index: int = 0
    references: References = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "references", self._collect_references())

    @classmethod
    def from_document(cls, document: Document) -> "PlannedTest":
        """Read one entry of the plan's `tests`; raise InvalidPlanError naming the field."""
        key = document.get_text("key")
        captures = document.get_object("capture_vars")
        location = document.locate("capture_vars")
        return cls(
            test_case_id=document.get_text("test_case_id"),
            key=key,
            name=document.find_text("name") or key,
            method=document.get_text("method").upper(),
            path=document.get_text("path"),
            headers=document.get_object("headers"),
            query_params=document.get_object("query_params"),
            path_params=document.get_object("path_params"),
            body=document.fields.get("body"),
            body_type=document.find_text("body_type"),
            auth=AuthSpec.from_document(document),
            cookies=document.get_object("cookies"),
            transfer=_read_part(document, "transfer", Transfer.from_document) or DEFAULT_TRANSFER,
            expectations=Expectations.from_document(document),
            captures={
                name: CaptureSpec.from_document(name, value, f"{location}.{name}")
                for name, value in captures.items()
            },
            timeout_ms=document.get_integer("timeout_ms", DEFAULT_TIMEOUT_MS, minimum=1),
            retry_count=document.get_integer("retry_count", 0),
            retry=_read_part(document, "retry", RetryPolicy.from_document) or NO_RETRIES,
            poll=_read_part(document, "poll", PollPolicy.from_document),
            iterate=_read_part(document, "iterate", Iterate.from_document),
            phase=_read_phase(document),
            locks=document.get_texts("locks"),
            revision=document.get_integer("revision", 1),
            suite_id=document.find_text("suite_id"),
            suite_name=document.find_text("suite_name"),
            order_index=document.get_integer("order_index", 0, minimum=-(2**31)),
        )

    def _collect_references(self) -> References:
        credentials = (
            *self.auth.credential_templates,
            *self.transfer.tls.templates,
            _find_header(self.headers, "authorization"),
        )
        others = (
            self.path,
            dict(self.headers),
            dict(self.query_params),
            dict(self.path_params),
            dict(self.cookies),
            *self.auth.other_templates,
            self.transfer.proxy,
            self.body,
            *self.expectations.iter_templates(),
            *(assertion.templates for assertion in (self.poll.until if self.poll else ())),
        )
        return References.collect(filter(None, credentials), filter(None, others))


def _find_header(headers: Mapping[str, JsonValue], name: str) -> JsonValue:
    return next((value for key, value in headers.items() if key.lower() == name), None)


def _read_part(document: Document, name: str, read: Callable[[Document], _Part]) -> _Part | None:
    part = document.find_document(name)
    return None if part is None else read(part)


def _read_phase(document: Document) -> Phase:
    phase = document.find_text("phase") or "test"
    if phase not in ("setup", "test", "teardown"):
        raise InvalidPlanError(
            document.locate("phase"), f"must be setup, test or teardown, not '{phase}'"
        )
    return phase
