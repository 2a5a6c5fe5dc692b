from tests.workspaces.people import crew, team

__all__ = ["crew", "team"]
