"""Copies of committed execution contexts: in this process, or in a Valkey that several workers share."""
