from tests.workspaces.people import team

__all__ = ["team"]
