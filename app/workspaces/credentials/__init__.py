"""Credentials of persons for the APIs under test."""
