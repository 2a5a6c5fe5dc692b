"""Gives up the expectations of a case that cannot be checked, rather than the case."""

import re
from typing import Any, Final

from pydantic import ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.catalog.importers.composing.requests import RequestComposer
from app.web.errors import RequestInvalidError

_MOST_REPAIRS: Final = 20
_ASSERTION: Final = re.compile(r"response\.assertions\.([0-9]{1,3})(?:\.|\Z)")
_CAPTURE: Final = re.compile(r"response\.capture_vars\.([A-Za-z0-9_-]+)(?:\.|\Z)")


def drop_refused(composer: RequestComposer) -> None:
    """Remove the assertions and captures that the catalog refuses, such as a pattern that is none."""
    for _ in range(_MOST_REPAIRS):
        field = _find_refused(composer)
        if field is None or not _drop(composer, field):
            return


def _find_refused(composer: RequestComposer) -> str | None:
    try:
        check_case(CaseCreate.model_validate(composer.draft.to_document(0)))
    except RequestInvalidError as error:
        return error.field
    except ValidationError as error:
        return ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
    return None


def _drop(composer: RequestComposer, field: str) -> bool:
    response: dict[str, Any] = composer.draft.response
    if match := _ASSERTION.match(field):
        dropped = response["assertions"].pop(int(match[1]))
        text = f"An assertion of type {dropped.get('type')} that cannot be checked."
    elif (match := _CAPTURE.match(field)) and match[1] in response.get("capture_vars", {}):
        del response["capture_vars"][match[1]]
        text = f"The capture {match[1][:100]}: there is nothing like it here."
    else:
        return False
    composer.tell("not_imported", text)
    return True


def is_kept(composer: RequestComposer, path: str) -> bool:
    """Say whether a capture is still there, `path` being how others name it."""
    return path.rpartition(".")[2] in composer.draft.response.get("capture_vars", {})
