"""Refusals of suite documents."""

from app.core.errors import ConflictError, InvalidError


class SuiteDocumentInvalidError(InvalidError):
    """The document cannot be read; `field` is `line 3`, or the dotted path of what is wrong."""

    code = "suite_document_invalid"
    title = "The document is no suite that can be stored."


class SuiteNotExportableError(ConflictError):
    """The suite holds what no document can say, written past the API; the detail names it."""

    code = "suite_not_exportable"
    title = "The suite holds something that a document cannot say."
