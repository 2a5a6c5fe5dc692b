"""HAR 1.2: a case for each kind of API request in a recording."""
