"""What the database answers, as the errors of this service."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import aiohttp
import httpx
from postgrest.exceptions import APIError

from app.core.errors import (
    AlreadyExistsError,
    AppError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InternalError,
    InvalidError,
    InvalidTokenError,
    NotFoundError,
    TokenExpiredError,
    TooManyRequestsError,
    UnavailableError,
)
from app.db.errors import (
    AlreadyMemberError,
    BaselineNotFoundError,
    CaseInUseError,
    ChangedMeanwhileError,
    ContextLimitExceededError,
    DatabaseBusyError,
    DatabaseMismatchError,
    DatabaseTimeoutError,
    DatabaseUnavailableError,
    DependencyCycleError,
    EndpointInUseError,
    FixtureInUseError,
    FixtureNotFoundError,
    GatewayAnswerError,
    HasResultsError,
    InvalidNotificationError,
    InvitationExpiredError,
    LastOwnerError,
    NoTestsSelectedError,
    OrderIncompleteError,
    ProjectHasActiveRunsError,
    RequiredTestNotFoundError,
    RoleAboveOwnError,
    RunAlreadyFinishedError,
    RunClaimedByAnotherWorkerError,
    RunNotFinishedError,
    RunsOfDifferentProjectsError,
    SecretRejectedError,
    SelectedTestNotFoundError,
    SuiteNotFoundError,
    UsersChangedError,
)

RETRY_AFTER: Final = timedelta(seconds=2)
UNIQUE_VIOLATION: Final = "23505"
_CONSTRAINT: Final = re.compile(r'unique constraint "([^"]+)"')
_REFERENCE: Final = re.compile(
    r'insert or update on table "(\w+)" violates foreign key constraint "\1_(\w+)_fkey"'
)

_BY_HINT: Final[Mapping[str, type[AppError]]] = MappingProxyType(
    {
        error.code: error
        for error in (
            DependencyCycleError,
            RequiredTestNotFoundError,
            FixtureNotFoundError,
            NoTestsSelectedError,
            SelectedTestNotFoundError,
            RunClaimedByAnotherWorkerError,
            RunAlreadyFinishedError,
            RunNotFinishedError,
            BaselineNotFoundError,
            RunsOfDifferentProjectsError,
            SecretRejectedError,
            ContextLimitExceededError,
            InvalidNotificationError,
            LastOwnerError,
            AlreadyMemberError,
            InvitationExpiredError,
            RoleAboveOwnError,
            SuiteNotFoundError,
            OrderIncompleteError,
            CaseInUseError,
            EndpointInUseError,
            FixtureInUseError,
            ProjectHasActiveRunsError,
            HasResultsError,
            ChangedMeanwhileError,
            UsersChangedError,
        )
    }
)

_BY_STATUS: Final[Mapping[str, type[AppError]]] = MappingProxyType(
    {
        "400": InvalidError,
        "401": InvalidTokenError,
        "403": ForbiddenError,
        "404": NotFoundError,
        "409": ConflictError,
        "410": GoneError,
        "422": InvalidError,
        "429": TooManyRequestsError,
        "503": UnavailableError,
    }
)

TAKEN_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "api_credentials_user_id_credential_name_key": "credential_name",
        "api_endpoints_project_id_path_method_key": "path",
        "environments_project_id_name_key": "name",
        "organization_invitations_organization_id_email_key": "email",
        "hooks_project_id_name_key": "name",
        "organizations_slug_key": "slug",
        "projects_organization_id_name_key": "name",
        "report_templates_organization_id_name_key": "name",
        "saved_searches_user_id_name_key": "name",
        "test_cases_project_id_key_key": "key",
        "test_cases_suite_id_name_key": "name",
        "test_dependencies_dependent_test_id_required_test_id_key": "required_test_id",
        "test_data_fixtures_project_id_name_key": "name",
        "test_suites_project_id_name_key": "name",
    }
)
"""The field that the caller chose, by the constraint that wants it to be unique."""

_BY_CODE: Final[Mapping[str, type[AppError]]] = MappingProxyType(
    {
        "42501": ForbiddenError,
        "23505": AlreadyExistsError,
        "23503": InvalidError,
        "23502": InvalidError,
        "23514": InvalidError,
        "23P01": ConflictError,
        "P0001": InvalidError,
        "P0002": NotFoundError,
        "40001": DatabaseBusyError,
        "40P01": DatabaseBusyError,
        "55P03": DatabaseBusyError,
        "57014": DatabaseTimeoutError,
        "PGRST116": NotFoundError,
        "PGRST301": InvalidTokenError,
        "PGRST302": InvalidTokenError,
        "PGRST303": TokenExpiredError,
        "PGRST000": DatabaseUnavailableError,
        "PGRST001": DatabaseUnavailableError,
        "PGRST002": DatabaseUnavailableError,
        "PGRST003": DatabaseUnavailableError,
    }
)

_BY_CODE_CLASS: Final[Mapping[str, type[AppError]]] = MappingProxyType(
    {
        "08": DatabaseUnavailableError,
        "22": InvalidError,
        "53": DatabaseUnavailableError,
        "57": DatabaseUnavailableError,
    }
)

# PostgREST refused before the transaction began, or Postgres rolled it back as a whole.
_NOTHING_HAPPENED: Final = frozenset(
    {"40001", "40P01", "55P03", "PGRST000", "PGRST001", "PGRST002", "PGRST003"}
)

# Either there was no connection, or it was closed before the request was written completely.
_NEVER_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectionResetError,
)


def error_class_of(code: str, hint: str | None = None) -> type[AppError]:
    """Return the error that stands for a SQLSTATE or PGRST code; `hint` may carry our own code."""
    if code.startswith("PT"):
        return _BY_HINT.get(hint or "") or _BY_STATUS.get(code[2:], InternalError)
    return _BY_CODE.get(code) or _BY_CODE_CLASS.get(code[:2], DatabaseMismatchError)


def from_answer(error: APIError) -> AppError:
    """Return our error for one that PostgREST answered; only texts meant for callers are kept."""
    code = error.code or ""
    error_class = error_class_of(code, error.hint)
    detail = None if issubclass(error_class, NotFoundError) else _detail_for_caller(code, error)
    field = None
    if code == UNIQUE_VIOLATION and (field := _find_taken_field(error.message)):
        detail = f"Another one has this {field}."
    elif reference := _REFERENCE.match(error.message or ""):
        field = reference[2]
        detail = f"{field}: there is none with this id."
    return error_class(detail, field=field, retry_after=_retry_after(error_class))


def from_transport(error: httpx.TransportError) -> AppError:
    """Return our error for a request that PostgREST did not answer."""
    if isinstance(error.__cause__, TimeoutError) and not left_no_trace(error):
        return DatabaseTimeoutError(retry_after=RETRY_AFTER)
    if isinstance(error, GatewayAnswerError) and error.status < 500:
        return DatabaseMismatchError()
    return DatabaseUnavailableError(retry_after=RETRY_AFTER)


def left_no_trace(error: BaseException) -> bool:
    """Say whether the failed request certainly changed nothing, so that any request may repeat it."""
    if isinstance(error, APIError):
        return error.code in _NOTHING_HAPPENED
    # The transport calls everything a timeout; only the causes tell what happened.
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientOSError) and not isinstance(cause, _NEVER_SENT):
        cause = cause.__cause__
    return isinstance(cause, _NEVER_SENT)


def _detail_for_caller(code: str, error: APIError) -> str | None:
    """Keep our own functions' words and constraint messages; `details` may quote whole rows."""
    if code.startswith("PT"):
        parts = (error.message, error.details if isinstance(error.details, str) else None)
        return ": ".join(part.rstrip(".:") for part in parts if part) or None
    if code in {"23502", "23503", "23514", "P0001"}:
        return error.message
    return None


def _find_taken_field(message: str | None) -> str | None:
    """Under row level security Postgres tells no columns, only the constraint."""
    constraint = _CONSTRAINT.search(message or "")
    return TAKEN_FIELDS.get(constraint[1]) if constraint else None


def _retry_after(error_class: type[AppError]) -> timedelta | None:
    return RETRY_AFTER if issubclass(error_class, UnavailableError) else None
