"""
The engine: takes a plan, a scope and a transport, and yields events.

Pure: no web framework, no database, no settings.
"""

from app.engine.auth import AuthSpec
from app.engine.captures import CaptureSpec
from app.engine.control import RunControl
from app.engine.dependencies import Dependency
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
from app.engine.iterations import Iterate, Iteration
from app.engine.json_values import JsonObject, JsonValue
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.planned_test import PlannedTest
from app.engine.results import (
    AssertionResult,
    Attempt,
    ContextDelta,
    Counts,
    Hold,
    RequestEvidence,
    ResponseEvidence,
    ResultStatus,
    TestResult,
    Timeline,
)
from app.engine.retries.policies import PollPolicy, RetryPolicy
from app.engine.running.runner import run
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
    "Hold",
    "InvalidPlanError",
    "Iterate",
    "Iteration",
    "JsonObject",
    "JsonValue",
    "Plan",
    "PlannedTest",
    "PollPolicy",
    "PreparedRequest",
    "Problem",
    "ReceivedResponse",
    "RequestEvidence",
    "ResponseEvidence",
    "ResultStatus",
    "RetryPolicy",
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
    "Timeline",
    "Transport",
    "TransportError",
    "run",
]
