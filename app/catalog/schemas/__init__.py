"""What callers send and receive about projects, suites, cases and fixtures."""
