"""The base of every error whose message is meant for the person who starts the stack."""


class LocalSupabaseError(Exception):
    """The message says what is wrong and what to do about it."""
