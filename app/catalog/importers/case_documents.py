"""Documents of cases while a new version of them is merged with what people changed."""

from app.catalog.cases.documents import CaseDocument


def to_mergeable(document: CaseDocument) -> CaseDocument:
    """Return it with dependencies by key, and without what an import never changes."""
    mergeable = {
        name: value for name, value in document.items() if name not in ("key", "order_index")
    }
    mergeable["dependencies"] = {
        dependency["required_test_key"]: dependency for dependency in document["dependencies"]
    }
    return mergeable


def from_mergeable(merged: CaseDocument, present: CaseDocument) -> CaseDocument:
    """Return the document of a merged case."""
    return {
        **present,
        **merged,
        "dependencies": list(merged["dependencies"].values()),
    }
