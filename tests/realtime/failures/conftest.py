from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle

import pytest

from scripts.demonstration.components import LocalSupabase, Service
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp, User
from tests.realtime.failures.edge import Edge, reissue
from tests.realtime.failures.persistent_viewer import PersistentViewer, SocketViewer, StreamViewer
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

CreateViewer = Callable[..., PersistentViewer]
ViewerKind = type[StreamViewer] | type[SocketViewer]
AddMember = Callable[[], Awaitable[User]]
JOIN = """
insert into public.organization_members (organization_id, user_id, role) values (%s, %s, 'viewer')
"""
NO_WORK = {"RUN_WORKER_IN_API": "false"}


@pytest.fixture(scope="session")
def edge(local_supabase: LocalSupabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A gateway with Realtime that tests may pause and kill, if they bring it back."""
    with Edge(local_supabase, tmp_path_factory.mktemp("edge") / "edge.log") as running:
        yield running


@pytest.fixture(scope="session")
def edge_service(edge: Edge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that knows no other gateway."""
    log = tmp_path_factory.mktemp("edge") / "service.log"
    with Service(edge.details, log, NO_WORK) as running:
        yield running


@pytest.fixture
def edge_user(edge: Edge, workspace: Workspace) -> User:
    return reissue(workspace.user, edge.details)


@pytest.fixture
def add_member(workspace: Workspace, sign_up: SignUp, database: Connect) -> AddMember:
    """Adds a new user to the organization."""

    async def add_member() -> User:
        member = await sign_up()
        await (await database()).execute(JOIN, [workspace.organization_id, member.id])
        return member

    return add_member


@pytest.fixture
def create_viewer(live_run: LiveRun, workspace: Workspace) -> CreateViewer:
    """Makes viewers of the run, as the owner unless told otherwise; every third one has a socket."""
    kinds = cycle([StreamViewer, SocketViewer, StreamViewer])

    def create_viewer(
        service: Service, user: User | None = None, kind: ViewerKind | None = None
    ) -> PersistentViewer:
        create = kind or next(kinds)
        return create(service.url, f"run:{live_run.run_id}", user or workspace.user)

    return create_viewer
