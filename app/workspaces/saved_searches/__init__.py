"""Filters that a person keeps."""
