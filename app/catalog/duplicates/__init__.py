"""Copies of suites and test cases."""
