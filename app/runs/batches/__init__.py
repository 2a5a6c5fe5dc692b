"""The same tests in several environments, started together."""
