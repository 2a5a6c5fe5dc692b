"""When a test may start: what it requires has ended, and every limit has room for it."""
