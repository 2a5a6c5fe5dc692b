"""Notifications on their way from an analysis to the followers of a project."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from app.core.errors import InvalidError, NotFoundError
from app.core.identifiers import ProjectId
from app.core.settings import Settings
from app.db.database import Database
from app.realtime.notifications import FlakyTest, SlowerTest, publish_notifications
from scripts.demonstration.components import Service, SupabaseDetails, service_settings
from tests.realtime.conditions import until
from tests.realtime.failures.persistent_viewer import StreamViewer
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace


@pytest.fixture
def project_id(workspace: Workspace) -> ProjectId:
    return ProjectId(UUID(workspace.project_id))


@pytest.fixture
async def database_of_service(supabase: SupabaseDetails) -> AsyncIterator[Database]:
    settings = Settings.model_validate(
        {name.lower(): value for name, value in service_settings(supabase).items()}
    )
    async with Database(settings) as opened:
        yield opened


async def test_followers_of_the_project_are_told_once(
    relay_service: Service,
    workspace: Workspace,
    project_id: ProjectId,
    database_of_service: Database,
    live_run: LiveRun,
) -> None:
    viewer = StreamViewer(relay_service.url, f"project:{project_id}", workspace.user)
    case_id = UUID(live_run.test_case_id)
    flaky = FlakyTest(test_case_id=case_id, failure_rate=0.2, total_runs=30, window_days=7)
    slower = SlowerTest(test_case_id=case_id, baseline_ms=100, current_ms=150, change_percent=50)
    request_id = uuid4()
    following = asyncio.create_task(viewer.follow())
    await until(lambda: bool(viewer.snapshots))
    published = [
        await publish_notifications(
            database_of_service.as_service(), project_id, [flaky, slower], request_id
        )
        for _ in range(2)
    ]
    await live_run.publish(1, "failed")
    await until(lambda: viewer.position == 5)
    following.cancel()
    assert published == [2, 0]
    assert [(event["seq"], event["type"]) for event in viewer.events] == [
        (2, "flaky_test_detected"),
        (3, "performance_degradation"),
        (4, "test_failed"),
        (5, "run_progress"),
    ]
    assert viewer.events[0]["data"]["failure_rate"] == 0.2
    assert viewer.events[1]["data"]["name"] == viewer.events[2]["data"]["name"]


async def test_what_is_not_there_cannot_be_told_of(
    project_id: ProjectId, database_of_service: Database
) -> None:
    service = database_of_service.as_service()
    unknown = SlowerTest(test_case_id=uuid4(), baseline_ms=1, current_ms=2, change_percent=100)
    with pytest.raises(InvalidError):
        await publish_notifications(service, project_id, [unknown], uuid4())
    with pytest.raises(NotFoundError):
        await publish_notifications(service, ProjectId(uuid4()), [unknown], uuid4())
