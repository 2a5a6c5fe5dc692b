"""Reads scripts, never runs them: the part of JavaScript in which tests are usually written."""
