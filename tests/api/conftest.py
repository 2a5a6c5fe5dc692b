from collections.abc import AsyncIterator

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.api.calling import fetch_operations
from tests.api.examples import Operation
from tests.api.world import World, build_world
from tests.fixtures.users import SignUp
from tests.workspaces.people import Team, add_members, gather_team, name_something


@pytest.fixture(scope="session")
async def world(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncIterator[World]:
    """A world that nobody's calls change for others."""
    async with gather_team(service, supabase, sign_up) as team:
        yield await build_world(team)


@pytest.fixture(scope="session")
async def changed_world(world: World, supabase: SupabaseDetails) -> World:
    """Another organization of the same people, for calls that change things, even who may do what."""
    return await build_another(world, supabase)


@pytest.fixture(scope="session")
async def spent_world(world: World, supabase: SupabaseDetails) -> World:
    """Another organization of the same people, for calls that remove things."""
    return await build_another(world, supabase)


@pytest.fixture(scope="session")
async def foreign_world(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncIterator[World]:
    """A world of people whom nobody of `world` knows."""
    async with gather_team(service, supabase, sign_up) as team:
        yield await build_world(team)


@pytest.fixture
async def doomed_world(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncIterator[World]:
    """A world of one test alone."""
    async with gather_team(service, supabase, sign_up) as team:
        yield await build_world(team)


@pytest.fixture(scope="session")
async def operations(world: World) -> dict[str, Operation]:
    return await fetch_operations(world.team.owner)


async def build_another(world: World, supabase: SupabaseDetails) -> World:
    """Build a world of the same people in another organization."""
    organization = await world.team.owner.create(
        "/organizations", name="Another", slug=name_something("another")
    )
    await add_members(supabase, organization["id"], world.team.people)
    return await build_world(Team(organization, world.team.people))
