"""`scripts/event-docs`: the live events as an AsyncAPI 3 document."""
