"""What the tests of a project call."""
