"""Makes the request that docs/trying.md shows, and gets the answer that it shows."""

import json
import re
from pathlib import Path

from tests.targets.serving import RunningTarget
from tests.trials.laboratory import Laboratory

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trying.md"
SHOWN_ADDRESS = "http://127.0.0.1:8081"


async def test_the_page_shows_what_comes(
    laboratory: Laboratory, running_target: RunningTarget
) -> None:
    request, shown = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL))
    answer = await laboratory.ask(f"/projects/{laboratory.project_id}/preview", request)
    said = json.loads(answer.text.replace(running_target.url, SHOWN_ADDRESS))
    assert said == shown
