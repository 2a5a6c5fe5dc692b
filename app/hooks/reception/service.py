"""Takes deliveries in."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, Literal

from app.auth.access_tokens import AccessTokenIssuer
from app.auth.rate_limit import RateLimiter
from app.core.clock import Clock
from app.core.errors import (
    AppError,
    ForbiddenError,
    InternalError,
    TooManyRequestsError,
    UnavailableError,
)
from app.core.identifiers import HookId
from app.core.logging import get_logger
from app.db.database import Database
from app.db.errors import SecretRejectedError
from app.engine.json_values import JsonValue
from app.engine.redaction import Redactor
from app.hooks.errors import (
    HookMappingError,
    HookPayloadError,
    HookRunRefusedError,
    InvalidSignatureError,
)
from app.hooks.filters import find_unfulfilled
from app.hooks.masking import mask_headers, mask_payload
from app.hooks.payloads import read_payload
from app.hooks.reception import repository
from app.hooks.reception.repository import HookKeys, LogEntry
from app.hooks.reception.run_requests import prepare_run
from app.hooks.reception.schemas import OpenedHook, Receipt
from app.hooks.reception.suspicion import Suspicion
from app.hooks.signatures.message import Message, Proof, SignatureMismatchError
from app.hooks.signatures.scheme import get_replay_window
from app.hooks.signatures.standard import StandardScheme
from app.runs.queue import RunQueue

NOBODY: Final = "The member in whose name it acts has left; an admin can take the hook over."

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A delivery that proves nothing; it is answered before it is logged, whatever hook it names."""

    hook: OpenedHook | None
    message: Message = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class HookReceiver:
    """
    What it takes to receive deliveries.

    `deliveries` limits the genuine ones, `suspicion` forgeries, `rejections` the log of these.
    """

    database: Database
    queue: RunQueue
    access_tokens: AccessTokenIssuer
    keys: HookKeys
    clock: Clock
    deliveries: RateLimiter
    suspicion: Suspicion
    rejections: RateLimiter

    async def receive(self, hook_id: HookId, message: Message, origin: str) -> Receipt | Rejection:
        """
        Verify a delivery from the address `origin` and start its run, once.

        Raises `TooManyRequestsError`, `HookPayloadError`, `HookMappingError`, `HookRunRefusedError`,
        or `InvalidSignatureError` for a hook that vanishes meanwhile.
        """
        self.suspicion.check(origin, hook_id, lambda hook: self._is_genuine(hook, message))
        hook = await self._open(hook_id)
        try:
            proof = self._verify(hook, message)
        except SignatureMismatchError as error:
            self.suspicion.note(origin, hook_id, hook)
            return Rejection(hook, message, str(error))
        if hook is None or not hook.enabled:
            self.suspicion.note(origin, hook_id, hook)
            return Rejection(hook, message, "the hook is disabled")
        self.deliveries.take(str(hook_id))
        redactor = get_redactor(tuple(hook.secrets))
        return await _Reception(self, hook, message, proof, redactor).finish()

    async def log_rejection(self, rejection: Rejection) -> None:
        """Log a forgery, unless there were too many of them lately; raises nothing."""
        hook_id = None if rejection.hook is None else rejection.hook.id
        try:
            self.rejections.take(str(hook_id))
        except TooManyRequestsError:
            return
        logger.warning("hook_delivery_rejected", hook_id=str(hook_id), reason=rejection.reason)
        if rejection.hook is None:
            return
        redactor = get_redactor(tuple(rejection.hook.secrets))
        entry = make_entry(rejection.hook, rejection.message, redactor)
        entry.problem_code = InvalidSignatureError.code
        entry.problem_detail = rejection.reason
        try:
            await repository.record(
                self.database.as_service(), rejection.hook.id, entry, "rejected"
            )
        except AppError as error:
            logger.warning("hook_rejection_not_logged", hook_id=str(hook_id), error=repr(error))

    async def _open(self, hook_id: HookId) -> OpenedHook | None:
        try:
            return await repository.open_hook(self.database.as_service(), hook_id, self.keys)
        except SecretRejectedError as error:
            # The sender can do nothing about our keys.
            logger.exception("hook_secret_unreadable", hook_id=str(hook_id))
            raise UnavailableError(retry_after=timedelta(minutes=1)) from error

    def _is_genuine(self, hook: OpenedHook | None, message: Message) -> bool:
        try:
            self._verify(hook, message)
        except SignatureMismatchError:
            return False
        return hook is not None and hook.enabled

    def _verify(self, hook: OpenedHook | None, message: Message) -> Proof:
        if hook is None:
            # As much work as for a hook that is there.
            decoy = StandardScheme()
            return decoy.verify(message, [decoy.generate_secret()], self.clock.now())
        return hook.signature.verify(message, hook.secrets, self.clock.now())


@dataclass(frozen=True, slots=True)
class _Reception:
    """One verified delivery."""

    receiver: HookReceiver
    hook: OpenedHook
    message: Message = field(repr=False)
    proof: Proof
    redactor: Redactor = field(repr=False)

    async def finish(self) -> Receipt:
        entry = make_entry(self.hook, self.message, self.redactor)
        entry.delivery_id, entry.fingerprint = self.proof.delivery_id, self.proof.fingerprint
        try:
            reason = self._read(entry)
        except (HookPayloadError, HookMappingError) as error:
            await self._note(entry, "failed", error.code, error.detail)
            raise
        if reason is not None:
            return Receipt.model_validate(await self._note(entry, "ignored", "ignored", reason))
        return await self._start(entry)

    def _read(self, entry: LogEntry) -> str | None:
        """Put payload and run into the entry; return why the delivery is ignored, if it is."""
        payload = read_payload(self.message)
        entry.payload = mask_payload(payload, self.hook.redacted_paths, self.redactor)
        reason = self._explain_ignoring(payload)
        if reason is None:
            origin = {"delivery_id": self.proof.delivery_id}
            entry.run = prepare_run(self.hook, payload, origin)
        return reason

    def _explain_ignoring(self, payload: JsonValue) -> str | None:
        scheme = self.hook.signature
        if reason := scheme.explain_ignoring(self.message):
            return reason
        scheme.check_payload(payload)
        missing = find_unfulfilled(self.hook.conditions, self.message, payload)
        return None if missing is None else f"not fulfilled: {missing.describe()}"

    async def _start(self, entry: LogEntry) -> Receipt:
        try:
            receipt = await self._start_as_member(entry)
        except (UnavailableError, InternalError):
            raise
        except AppError as error:
            await self._note(entry, "failed", error.code, error.detail)
            raise HookRunRefusedError(f"{error.code}: {error.detail}") from error
        if receipt.outcome == "accepted" and receipt.run_id is not None:
            await self.receiver.queue.enqueue(receipt.run_id)
        return receipt

    async def _start_as_member(self, entry: LogEntry) -> Receipt:
        hook = self.hook
        if hook.user_id is None or hook.api_token_id is None:
            raise ForbiddenError(NOBODY)
        token = self.receiver.access_tokens.issue(hook.user_id, hook.api_token_id).token
        wanted = hook.replay_window_seconds
        window = get_replay_window(
            hook.signature, self.proof, None if wanted is None else timedelta(seconds=wanted)
        )
        session = self.receiver.database.as_user(token)
        return await repository.start_run(session, hook.id, entry, window)

    async def _note(
        self, entry: LogEntry, outcome: Literal["ignored", "failed"], code: str, detail: str
    ) -> dict[str, Any]:
        """Log that the delivery started nothing."""
        entry.problem_code, entry.problem_detail = code, self.redactor.redact(detail)
        session = self.receiver.database.as_service()
        answer = await repository.record(session, self.hook.id, entry, outcome)
        if answer is None:
            raise InvalidSignatureError
        return answer


@lru_cache(maxsize=256)
def get_redactor(secrets: tuple[str, ...]) -> Redactor:
    """Return what masks the secrets of a hook; to make it takes longer than to mask a delivery."""
    return Redactor(secrets)


def make_entry(hook: OpenedHook, message: Message, redactor: Redactor) -> LogEntry:
    """Return what may be logged of any delivery; its content joins once it is verified."""
    names = hook.signature.list_signed_headers()
    headers = mask_headers(message, names, redactor)
    return LogEntry(headers=headers, payload_bytes=len(message.body))
