"""Requests that are answered when a run has finished."""
