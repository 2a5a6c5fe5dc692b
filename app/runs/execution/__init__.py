"""The life of a run: claimed by a worker, carried out, recorded and brought to an end."""
