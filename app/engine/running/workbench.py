"""What the tests of one run share."""

from collections import defaultdict
from collections.abc import Iterable

from app.engine.authentication.authenticator import Authenticator
from app.engine.evidence import EvidenceRecorder
from app.engine.options import RunOptions
from app.engine.plan import Plan
from app.engine.redaction import Redactor
from app.engine.results import ContextDelta
from app.engine.scope import Scope
from app.engine.templates import PathStep, ValuePath
from app.engine.templates.roots import CAPTURED_DATA, SHARED_VARIABLES
from app.engine.transport import Transport


class Workbench:
    """The scope with what redacts it, and the way to the target."""

    def __init__(self, plan: Plan, scope: Scope, transport: Transport, options: RunOptions) -> None:
        self.base_url = plan.base_url
        self.scope = scope
        self.options = options
        self.redactor = Redactor(scope.iter_secret_values())
        self.evidence = EvidenceRecorder(self.redactor, options.evidence_characters)
        self.authenticator = Authenticator(transport, options.clock, self.redactor.add)
        scope.clock, scope.derivation_listener = options.clock, self.redactor.add_derived
        if options.seed is not None:
            scope.seed = options.seed
        paths = plan.credential_paths
        self._credentials = _group_by_place(paths)
        for path in paths:
            self.redactor.add(scope.find(path))

    def learn_secrets(self, delta: ContextDelta) -> None:
        """Captured tokens are secrets, and so is all else captured that some test sends as one."""
        for token in delta.shared_auth_tokens.values():
            self.redactor.add(token)
        captured = Scope()
        captured.apply(delta)
        places = [
            *((CAPTURED_DATA, key) for key in delta.captured_data),
            *((SHARED_VARIABLES, name) for name in delta.shared_variables),
        ]
        for place in places:
            for path in self._credentials.get(place, ()):
                self.redactor.add(captured.find(path))


def _group_by_place(paths: Iterable[ValuePath]) -> dict[tuple[str, PathStep], list[ValuePath]]:
    """By root and first step, so that a capture looks only at the paths that may name it."""
    places: defaultdict[tuple[str, PathStep], list[ValuePath]] = defaultdict(list)
    for path in paths:
        if path.steps:
            places[path.root, path.steps[0]].append(path)
    return places
