"""The life of a run: start, queue, execute, record, cancel, resume."""
