"""Where runs point."""
