"""What came out of a run, test by test and attempt by attempt."""
