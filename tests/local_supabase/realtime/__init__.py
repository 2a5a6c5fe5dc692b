"""Tests of the local Realtime server."""
