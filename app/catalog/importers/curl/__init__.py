"""cURL: a case for every request of the commands in a text."""
