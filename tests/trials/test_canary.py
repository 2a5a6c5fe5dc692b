"""Secrets in every place of a test and in every form a target may show: none comes out."""

import json

import pytest

from tests.engine.canary import FORMS, SECRETS
from tests.trials.laboratory import Laboratory

UNWRITABLE = {"multipart-fixture"}


@pytest.fixture
async def canaries(laboratory: Laboratory) -> Laboratory:
    for key, value in SECRETS.items():
        await laboratory.set_variable(key, value, is_secret=True)
    return laboratory


def find_leaks(text: str) -> set[str]:
    """Looked for in the answer as it is, and in what it says once it is parsed."""
    parsed = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else ""
    return {form for form in FORMS if form in text or form in parsed}
