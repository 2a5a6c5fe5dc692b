"""Organizations, their members and what belongs to persons: the rooms are named for it."""
