"""The API testing platform: runs API tests, streams them live and remembers every result."""
