import signal
from pathlib import Path

import httpx
import pytest

from scripts.demonstration.processes import HttpChild

# Were the stream not ended by the notification, the server would wait for it that long.
PATIENCE_SECONDS = "60"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_streams_end_before_the_server_waits_for_them(
    number: signal.Signals, tmp_path: Path
) -> None:
    arguments = ["uvicorn", "tests.realtime.endless_app:create_app", "--factory"]
    options = ["--port", "{port}", "--timeout-graceful-shutdown", PATIENCE_SECONDS]
    log = tmp_path / "server.log"
    with (
        HttpChild([*arguments, *options], log, ready_path="/ready") as server,
        httpx.stream("GET", f"{server.url}/stream") as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "begun"
        assert server.process is not None
        server.process.send_signal(number)
        assert next(lines) == "ended"
        server.process.wait(10)
    assert "graceful shutdown exceeded" not in log.read_text()
