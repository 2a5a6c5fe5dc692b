"""Running a plan: units, workers, attempts, and the events that tell of them."""
