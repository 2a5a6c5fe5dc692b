"""Puts assertions of scripts where a case has them."""

from typing import Any, cast

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.postman.scripts.checks import Assertion

ANY_STATUS = ["1xx", "2xx", "3xx", "4xx", "5xx"]


def expect(draft: CaseDraft, assertion: Assertion, title: str | None) -> None:
    """
    Add an assertion; the first one that names statuses is what the case expects.

    Without one a case expects any 2xx, which a check such as "not 500" must not narrow.
    """
    statuses = _find_statuses(assertion)
    if statuses and draft.response.get("expected_status_code") in (None, ANY_STATUS):
        draft.response["expected_status_code"] = statuses[0] if len(statuses) == 1 else statuses
        return
    if assertion["type"] == "status-code":
        draft.response.setdefault("expected_status_code", ANY_STATUS)
    described = {"description": title} if title else {}
    written = {**assertion, **described}
    if written not in draft.response.get("assertions", []):
        draft.add_assertion(**written)


def _find_statuses(assertion: Assertion) -> list[int | str]:
    expected = assertion.get("expected")
    if assertion["type"] != "status-code" or assertion.get("operator") not in ("eq", "in"):
        return []
    values: list[Any] = cast("list[Any]", expected) if isinstance(expected, list) else [expected]
    statuses: list[int | str] = []
    for value in values:
        is_code = isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599
        if is_code or value in ANY_STATUS:
            statuses.append(value)
    return statuses if len(statuses) == len(values) else []
