"""Requests: address, headers and body of a test with its templates filled in."""
