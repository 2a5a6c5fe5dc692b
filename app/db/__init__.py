"""The database as PostgREST serves it: the only package that speaks to it."""
