"""Scripts of collections: checks, and variables that are set."""
