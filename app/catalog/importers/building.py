"""Cases while readers make them from the requests of a document: one by one, in its order."""

import re
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.keys import KeyMaker
from app.catalog.importers.model import ImportedCase, ImportedSuite, Notice, NoticeKind
from app.catalog.importers.sizes import find_excess
from app.web.errors import RequestInvalidError

MAXIMUM_CASES: Final = 1_000
LONGEST_NAME: Final = 200
LONGEST_ORIGIN: Final = 500
LONGEST_DESCRIPTION: Final = 5_000
MAXIMUM_DEPENDENCIES: Final = 100
MOST_EXPECTATIONS: Final = 200
MOST_REPAIRS: Final = 20
_ASSERTION: Final = re.compile(r"response\.assertions\.([0-9]{1,4})")


def check_count(count: int) -> None:
    """Raise `DocumentInvalidError` for more cases than one transaction can write in its time."""
    if count > MAXIMUM_CASES:
        message = f"It describes {count} cases; at most {MAXIMUM_CASES} are imported at a time."
        raise DocumentInvalidError(message)


@dataclass(slots=True, kw_only=True)
class CaseDraft:
    """A case that may still get values, captures and dependencies; `place` is in the document."""

    origin: str
    key: str
    name: str
    suite: str
    place: str
    description: str | None = None
    enabled: bool = True
    endpoint: dict[str, Any] = field(default_factory=dict[str, Any])
    request: dict[str, Any] = field(default_factory=dict[str, Any])
    response: dict[str, Any] = field(default_factory=dict[str, Any])
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    dependencies: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def require(self, key: str, dependency_type: str, condition: str = "passed") -> None:
        """Make it depend on another case; the first word counts, and the first hundred of them."""
        if key == self.key or len(self.dependencies) >= MAXIMUM_DEPENDENCIES:
            return
        self.dependencies.setdefault(
            key,
            {
                "required_test_key": key,
                "dependency_type": dependency_type,
                "condition": condition,
            },
        )

    def add_assertion(self, **assertion: Any) -> None:
        """Expect something of the answer; fields as in `AssertionSpec`."""
        self.response.setdefault("assertions", []).append(assertion)

    def add_capture(self, name: str, spec: str | dict[str, Any]) -> str:
        """Keep a part of the answer; return the path by which later cases name it."""
        captures: dict[str, Any] = self.response.setdefault("capture_vars", {})
        for known, value in captures.items():
            if value == spec:
                return f"captured_data.{self.key}.{known}"
        free, number = name, 1
        while free in captures:
            number += 1
            free = f"{name}_{number}"
        captures[free] = spec
        return f"captured_data.{self.key}.{free}"

    def to_document(self, order_index: int) -> dict[str, Any]:
        """Return the case as the catalog takes it; `options` are fields such as `retry`."""
        return {
            **self.options,
            "key": self.key,
            "name": self.name,
            "description": self.description and self.description[:LONGEST_DESCRIPTION],
            "order_index": order_index,
            "enabled": self.enabled,
            "endpoint": self.endpoint,
            "request": self.request,
            "response": self.response,
            "dependencies": list(self.dependencies.values()),
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the catalog would not take a case, and which field of it is the reason."""

    text: str
    field: str


class CaseCollector:
    """The cases of one document with different keys, names and origins; refused ones are told."""

    def __init__(self, notices: list[Notice]) -> None:
        self._notices = notices
        self._keys = KeyMaker()
        self._origins: set[str] = set()
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._cases: defaultdict[str, list[ImportedCase]] = defaultdict(list)
        self._count = 0

    def begin(
        self, *, origin: str, name: str, suite: str, place: str, key: str | None = None
    ) -> CaseDraft:
        """Return an empty draft; what it is called is made to differ from the others."""
        title = _clean(name).strip()[:LONGEST_NAME].strip() or "Request"
        suite = _clean(suite).strip()[:LONGEST_NAME].strip() or "Requests"
        return CaseDraft(
            origin=_make_unique(_clean(origin)[:LONGEST_ORIGIN], self._origins),
            key=self._keys.make((key or title)[:LONGEST_NAME]),
            name=_make_unique(title, self._names[suite]),
            suite=suite,
            place=place,
        )

    def check(self, draft: CaseDraft) -> bool:
        """
        Say whether the catalog would take the draft as it is now; if not, tell why.

        Assertions that it would not take are left out, and told.
        """
        return self._prepare(draft) is not None

    def accept(self, draft: CaseDraft) -> bool:
        """Likewise, and add the case."""
        case = self._prepare(draft)
        if case is None:
            return False
        self._count += 1
        self._cases[draft.suite].append(ImportedCase(draft.origin, case))
        return True

    def _prepare(self, draft: CaseDraft) -> CaseCreate | None:
        self._cut(draft)
        case = self._validate(draft)
        for _ in range(MOST_REPAIRS):
            if not isinstance(case, Refusal) or not self._repair(draft, case):
                break
            case = self._validate(draft)
        if isinstance(case, Refusal):
            self.tell("not_imported", draft.place, case.text)
            return None
        return case

    def _validate(self, draft: CaseDraft) -> CaseCreate | Refusal:
        try:
            case = CaseCreate.model_validate(draft.to_document(self._count))
            check_case(case)
        except RequestInvalidError as error:
            return Refusal(explain(error), error.field or "")
        except ValidationError as error:
            location = error.errors(include_url=False, include_input=False)[0]["loc"]
            return Refusal(explain(error), ".".join(map(str, location)))
        excess = find_excess(case)
        return Refusal(excess, "") if excess else case

    def _repair(self, draft: CaseDraft, refusal: Refusal) -> bool:
        """Leave out the assertion that is the reason, if one is."""
        match = _ASSERTION.match(refusal.field)
        assertions: list[Any] = draft.response.get("assertions", [])
        if match is None or int(match[1]) >= len(assertions):
            return False
        del assertions[int(match[1])]
        self.tell("not_imported", draft.place, refusal.text)
        return True

    def tell(self, kind: NoticeKind, place: str, text: str) -> None:
        """Note something that the person who imports should know."""
        self._notices.append(Notice(kind, place, text))

    def build_suites(self, descriptions: Mapping[str, str | None]) -> tuple[ImportedSuite, ...]:
        """Return the suites in the order of their first cases; nothing waits for refused cases."""
        keys = {item.case.key for cases in self._cases.values() for item in cases}
        return tuple(
            ImportedSuite(
                name,
                tuple(_keep_known(item, keys) for item in cases),
                (descriptions.get(name) or "")[:LONGEST_DESCRIPTION] or None,
            )
            for name, cases in self._cases.items()
        )

    def _cut(self, draft: CaseDraft) -> None:
        assertions: list[Any] = draft.response.get("assertions", [])
        captures: dict[str, Any] = draft.response.get("capture_vars", {})
        for name, entries in (("assertions", assertions), ("captures", captures)):
            if len(entries) > MOST_EXPECTATIONS:
                text = f"It has {len(entries)} {name}; the first {MOST_EXPECTATIONS} are imported."
                self.tell("not_imported", draft.place, text)
        del assertions[MOST_EXPECTATIONS:]
        for name in list(captures)[MOST_EXPECTATIONS:]:
            del captures[name]


def _keep_known(item: ImportedCase, keys: Set[str]) -> ImportedCase:
    known = [entry for entry in item.case.dependencies if entry.required_test_key in keys]
    if len(known) == len(item.case.dependencies):
        return item
    return replace(item, case=item.case.model_copy(update={"dependencies": known}))


def explain(error: ValidationError | RequestInvalidError) -> str:
    """Return what is wrong with a case, in one sentence."""
    if isinstance(error, RequestInvalidError):
        return error.detail
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _clean(text: str) -> str:
    """Escapes in addresses can make characters that no text can be stored with."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _make_unique(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[: LONGEST_NAME - 10]} #{number}"
    taken.add(name)
    return name
