"""One test by itself, outside of any run: shown without being sent, or sent once."""

import secrets
from collections.abc import Set
from dataclasses import dataclass, replace
from functools import partial

from app.engine.auth import NO_AUTHENTICATION, AuthSpec
from app.engine.authentication.authenticator import Authenticator
from app.engine.authentication.settings import CREDENTIAL_LOCATION
from app.engine.document import Document
from app.engine.errors import Problem, StepError
from app.engine.iterations import Iteration, label
from app.engine.mending import Gap, Mender
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.planned_test import PlannedTest
from app.engine.requests.build import build_request
from app.engine.results import Attempt, RequestEvidence
from app.engine.running.attempt import Attempts
from app.engine.running.roster import learn_credentials
from app.engine.running.unit import Unit
from app.engine.running.workbench import Workbench
from app.engine.scope import AttemptScope, Scope
from app.engine.templates.paths import NAMES_SHOWN
from app.engine.transport import PreparedRequest, Transport
from app.engine.transports.unsent import UnsentTransport

# What stands for a base URL that is not known; no such host can exist (RFC 6761).
UNKNOWN_ORIGIN = "https://unknown.invalid"
BASE_URL = "base_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    The request as it would be sent, redacted; None when it cannot be built.

    Expressions without a value stand in it as the text of themselves. `asked_first` are the
    addresses that authentication would ask for a token before.
    """

    request: RequestEvidence | None = None
    is_authenticated: bool = False
    asked_first: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    problem: Problem | None = None


class Trial:
    """
    The only test of a plan, with one of its iterations if it has any.

    `document` is the test as it came in the plan. Values of the variables `hidden` are stand-ins.
    """

    def __init__(  # noqa: PLR0913 -- what a run takes, and the iteration
        self,
        plan: Plan,
        document: Document,
        scope: Scope,
        transport: Transport,
        options: RunOptions,
        *,
        iteration: Iteration | None = None,
        hidden: Set[str] = frozenset(),
    ) -> None:
        self._test = plan.tests[0]
        self._document = document
        self._iteration = iteration
        self._hidden = hidden
        self._bench = Workbench(plan, scope, transport, options)
        learn_credentials(self._test, (iteration,) if iteration else (), self._bench.redactor)

    def find_gaps(self) -> tuple[Gap, ...]:
        """Every expression of the test and of its base URL that has no value, redacted."""
        mender = Mender(self._open_source(), self._hidden)
        mender.mend(self._bench.base_url, BASE_URL)
        mender.mend_test(self._document.fields)
        return tuple(map(self._redact, mender.gaps))

    async def send(self) -> Attempt:
        """Make one attempt as a run would; nothing is retried, repeated or kept."""
        attempts = Attempts(self._build_unit(self._test), self._bench)
        await attempts.make()
        return attempts.made[0]

    async def preview(self) -> Preview:
        """Do everything but send."""
        mender = Mender(self._open_source(), self._hidden)
        base_url = mender.mend(self._bench.base_url, BASE_URL)
        document = mender.mend_test(self._document.fields)
        gaps = tuple(map(self._redact, mender.gaps))
        is_known = bool(base_url) and all(gap.location != BASE_URL for gap in gaps)
        self._bench.base_url = str(base_url) if is_known else UNKNOWN_ORIGIN
        try:
            test = PlannedTest.from_document(Document(document))
            request = self._build(test, has_gaps=bool(gaps))
            preview = await self._authenticate(test, request, gaps)
        except StepError as error:
            problem = self._bench.evidence.record_problem(error.problem)
            return Preview(gaps=gaps, problem=None if _is_explained(problem, gaps) else problem)
        return preview if is_known else self._hide_origin(preview)

    def _build(self, test: PlannedTest, *, has_gaps: bool) -> PreparedRequest:
        """The request; what is expected of the answer is looked at when all of it is known."""
        source = self._open_source()
        if not has_gaps:
            return Attempts(self._build_unit(test), self._bench).prepare(source).request
        request = build_request(test, self._bench.base_url, source)
        for credential in request.credentials:
            self._bench.redactor.add(credential)
        return request

    async def _authenticate(
        self, test: PlannedTest, request: PreparedRequest, gaps: tuple[Gap, ...]
    ) -> Preview:
        """With the test's authentication, unless it misses something itself."""
        is_known = not any(_concerns_authentication(gap) for gap in gaps)
        known = test if is_known else replace(test, auth=AuthSpec())
        bench = self._bench
        transport = UnsentTransport(secrets.token_hex(16))
        authenticator = Authenticator(transport, bench.options.clock, bench.redactor.add)
        timeout = test.timeout_ms / 1000
        await authenticator.send(known, request, timeout, self._open_source())
        *before, last = transport.requests
        redact = partial(bench.redactor.redact, limit=bench.options.evidence_characters)
        return Preview(
            request=bench.evidence.record_request(last),
            is_authenticated=is_known and test.auth.type != NO_AUTHENTICATION,
            asked_first=tuple(redact(asked.url) for asked in before),
            gaps=gaps,
        )

    def _hide_origin(self, preview: Preview) -> Preview:
        """Show the base URL as it is written, since what it stands for is not known."""
        if preview.request is None:
            return preview
        shown = preview.request.url.removeprefix(UNKNOWN_ORIGIN)
        return replace(preview, request=replace(preview.request, url=shown))

    def _open_source(self) -> AttemptScope:
        """What the first attempt sees; anew for each use, so that dynamic values are the same."""
        return self._bench.scope.for_iteration(self._iteration, self._test.key, 1)

    def _build_unit(self, test: PlannedTest) -> Unit:
        redact = self._bench.redactor.redact
        names = label((self._iteration,), redact) if self._iteration else (None,)
        now = self._bench.options.clock.now()
        return Unit(test, redact(test.name), now, self._iteration, names[0])

    def _redact(self, gap: Gap) -> Gap:
        redactor, limit = self._bench.redactor, self._bench.options.evidence_characters
        return replace(
            gap,
            location=redactor.redact(gap.location, limit),
            expression=redactor.redact(gap.expression, limit),
            message=redactor.redact_message(gap.message, limit),
            existing=tuple(map(redactor.redact, gap.existing[:NAMES_SHOWN])),
        )


def _concerns_authentication(gap: Gap) -> bool:
    return gap.location == CREDENTIAL_LOCATION or gap.location.startswith(("auth.", "transfer.tls"))


def _is_explained(problem: Problem, gaps: tuple[Gap, ...]) -> bool:
    """Whether a stand-in may be all that is wrong."""
    location = (problem.location or "").partition(".")[0]
    return any(gap.location.partition(".")[0].partition("[")[0] == location for gap in gaps)
