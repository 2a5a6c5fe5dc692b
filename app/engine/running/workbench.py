"""What the tests of one run share."""

import contextlib
from collections import defaultdict
from collections.abc import Iterable

from app.engine.authentication.authenticator import Authenticator
from app.engine.errors import TemplateError
from app.engine.evidence import EvidenceRecorder
from app.engine.json_values import JsonObject, JsonValue
from app.engine.network.guard import NetworkGuard
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.redaction import Redactor
from app.engine.results import ContextDelta
from app.engine.scope import Scope
from app.engine.templates import PathStep, ValuePath, follow
from app.engine.templates.roots import CAPTURED_DATA, SHARED_VARIABLES
from app.engine.transport import Transport
from app.engine.transports.direct.opening import resolve
from app.engine.transports.exchange import Exchanger


class Workbench:
    """The scope with what redacts it, and the way to the target."""

    def __init__(self, plan: Plan, scope: Scope, transport: Transport, options: RunOptions) -> None:
        self.base_url = plan.base_url
        self.scope = scope
        self.options = options
        self.redactor = Redactor(scope.iter_secret_values())
        self.evidence = EvidenceRecorder(self.redactor, options.evidence_characters)
        guard = NetworkGuard(
            plan.network_policy,
            resolve,
            protects_networks=options.guards_network,
            honours_allow_lists=options.honours_allow_lists,
        )
        exchanger = Exchanger(transport, guard)
        self.authenticator = Authenticator(exchanger, options.clock, self.redactor.add)
        scope.clock, scope.derivation_listener = options.clock, self.redactor.add_derived
        if options.seed is not None:
            scope.seed = options.seed
        paths = plan.credential_paths
        self._credentials = _group_by_place(paths)
        for path in paths:
            self.redactor.add(scope.find(path))

    def learn_secrets(self, delta: ContextDelta, *, is_iterated: bool) -> None:
        """Captured tokens are secrets, and so is all else captured that some test sends as one."""
        for token in delta.shared_auth_tokens.values():
            self.redactor.add(token)
        for name, value in delta.shared_variables.items():
            for path in self._credentials.get((SHARED_VARIABLES, name), ()):
                self._learn(value, path, 1)
        for key, values in delta.captured_data.items():
            for path in self._credentials.get((CAPTURED_DATA, key), ()):
                self._learn_captured(values, path, is_iterated=is_iterated)

    def _learn_captured(self, values: JsonObject, path: ValuePath, *, is_iterated: bool) -> None:
        """Of a test with iterations, the step behind the name chooses the iteration."""
        name, *rest = path.steps[1:] or (None,)
        if name not in values:
            return
        is_chosen = is_iterated and rest and isinstance(rest[0], int)
        self._learn(values[name], path, 3 if is_chosen else 2)

    def _learn(self, value: JsonValue, path: ValuePath, first: int) -> None:
        with contextlib.suppress(TemplateError):  # what is not there is no secret
            self.redactor.add(follow(value, path, path.root, first))


def _group_by_place(paths: Iterable[ValuePath]) -> dict[tuple[str, PathStep], list[ValuePath]]:
    """By root and first step, so that a capture looks only at the paths that may name it."""
    places: defaultdict[tuple[str, PathStep], list[ValuePath]] = defaultdict(list)
    for path in paths:
        if path.steps:
            places[path.root, path.steps[0]].append(path)
    return places
