"""Refusals of deliveries and of what is done with them."""

from app.core.errors import ConflictError, InvalidError, UnauthorizedError


class InvalidSignatureError(UnauthorizedError):
    """
    The delivery does not prove that it comes from the sender.

    The same answer for a hook that does not exist or is disabled, so that nobody can look for hooks.
    """

    code = "invalid_signature"
    title = "The delivery is not signed as this hook demands, or there is no such hook."


class HookPayloadError(InvalidError):
    """The delivery is genuine and its body cannot be read."""

    code = "hook_payload_invalid"
    title = "The body of the delivery cannot be read."


class HookMappingError(InvalidError):
    """The payload does not hold what the mapping of the hook looks for; `field` is what it was for."""

    code = "hook_mapping_failed"
    title = "The payload does not fit the mapping of the hook."


class HookRunRefusedError(InvalidError):
    """The run was refused to the member in whose name the hook starts it."""

    code = "hook_run_refused"
    title = "The run of the hook could not be started."


class DeliveryNotRepeatableError(ConflictError):
    """The delivery never came as far as a run."""

    code = "delivery_not_repeatable"
    title = "This delivery holds no run that could be started again."
