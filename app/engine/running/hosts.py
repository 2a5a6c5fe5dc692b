"""Which host a test talks to, as far as limits by host need to know."""

from urllib.parse import urlsplit

from app.engine.errors import StepError
from app.engine.planned_test import PlannedTest
from app.engine.templates import ValueSource, render_string


def find_host(test: PlannedTest, base_url: str, source: ValueSource) -> str:
    """Host and port of the base URL, or of the test's own; empty when templates do not tell."""
    own = test.path if test.path.lower().startswith(("http://", "https://", "{{")) else ""
    for template in (own, base_url):
        host = _read_host(template, source)
        if host:
            return host
    return ""


def _read_host(template: str, source: ValueSource) -> str:
    try:
        return urlsplit(render_string(template, source, "path")).netloc.rpartition("@")[2].lower()
    except (StepError, ValueError):
        return ""
