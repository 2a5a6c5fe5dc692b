"""When Python looks for unreachable cycles, and where."""

import gc

# By default it looks after every 700 new objects, which is every other test of a run and every
# request of the API. Hardly anything is in cycles: looking less often saves a fifth of the time of a
# large run.
NEW_OBJECTS = 10_000
YOUNGER_COLLECTIONS = 20


def relax_collector() -> None:
    """
    Let this process make more objects between two searches, and never search what it has by now.

    Call it once the process has started: modules and models are half a million objects that stay,
    and looking through them holds whatever goes on up for a tenth of a second.
    """
    gc.set_threshold(NEW_OBJECTS, YOUNGER_COLLECTIONS, YOUNGER_COLLECTIONS)
    gc.freeze()
