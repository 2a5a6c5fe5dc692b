"""The JSON Schema of suite documents as a file."""
