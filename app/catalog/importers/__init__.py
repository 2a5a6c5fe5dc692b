"""Test cases from documents of other tools."""
