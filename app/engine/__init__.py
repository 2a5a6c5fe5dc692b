"""
The engine: takes a plan, a scope and a transport, and yields events.

Pure: no web framework, no database, no settings.
"""

from app.engine.auth import AuthSpec
from app.engine.captures import CaptureSpec
from app.engine.control import RunControl
from app.engine.errors import (
    Category,
    DependencyCycleError,
    InvalidPlanError,
    Problem,
    TransportError,
)
from app.engine.events import (
    AttemptFailed,
    ContextUpdated,
    Event,
    RunCompleted,
    RunOutcome,
    RunStarted,
    TestCompleted,
    TestEnded,
    TestFailed,
    TestSkipped,
    TestStarted,
)
from app.engine.expectations import AssertionSpec, Expectations
from app.engine.json_values import JsonObject, JsonValue
from app.engine.options import RunOptions
from app.engine.plan import Dependency, Plan, PlannedTest
from app.engine.results import (
    AssertionResult,
    Attempt,
    ContextDelta,
    Counts,
    RequestEvidence,
    ResponseEvidence,
    ResultStatus,
    TestResult,
)
from app.engine.runner import run
from app.engine.scope import Scope
from app.engine.transport import PreparedRequest, ReceivedResponse, Transport

__all__ = [
    "AssertionResult",
    "AssertionSpec",
    "Attempt",
    "AttemptFailed",
    "AuthSpec",
    "CaptureSpec",
    "Category",
    "ContextDelta",
    "ContextUpdated",
    "Counts",
    "Dependency",
    "DependencyCycleError",
    "Event",
    "Expectations",
    "InvalidPlanError",
    "JsonObject",
    "JsonValue",
    "Plan",
    "PlannedTest",
    "PreparedRequest",
    "Problem",
    "ReceivedResponse",
    "RequestEvidence",
    "ResponseEvidence",
    "ResultStatus",
    "RunCompleted",
    "RunControl",
    "RunOptions",
    "RunOutcome",
    "RunStarted",
    "Scope",
    "TestCompleted",
    "TestEnded",
    "TestFailed",
    "TestResult",
    "TestSkipped",
    "TestStarted",
    "Transport",
    "TransportError",
    "run",
]
