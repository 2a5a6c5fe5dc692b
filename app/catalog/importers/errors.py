"""Refusals of documents that are to be imported."""

from app.core.errors import InvalidError


class DocumentInvalidError(InvalidError):
    """The document cannot be read; `field` is the place in it: a JSON pointer or `line 3`."""

    code = "import_document_invalid"
    title = "The document cannot be imported."


class DocumentUnreachableError(InvalidError):
    """The address of the document may not be reached or does not answer with it."""

    code = "import_document_unreachable"
    title = "The document cannot be fetched."
