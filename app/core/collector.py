"""When Python looks for unreachable cycles."""

import gc

# By default it looks after every 700 new objects, which is every other test of a run. Hardly
# anything is in cycles: looking less often saves a fifth of the time of a large run.
NEW_OBJECTS = 10_000
YOUNGER_COLLECTIONS = 20


def relax_collector() -> None:
    """Let this process make more objects between two searches."""
    gc.set_threshold(NEW_OBJECTS, YOUNGER_COLLECTIONS, YOUNGER_COLLECTIONS)
