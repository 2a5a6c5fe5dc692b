"""What keeps a part of an OpenAPI document from being imported."""


class UnusablePartError(Exception):
    """The part at `place`, a JSON pointer, cannot be used; the rest of the document can."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.text = text


class RecursiveSchemaError(Exception):
    """A schema needs a value of itself in order to have one."""
