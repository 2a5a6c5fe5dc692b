"""Suites as documents that people keep in Git: written, read and compared."""
