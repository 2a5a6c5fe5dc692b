"""`python -m scripts.suite_schema`: writes docs/suite.schema.json from the models of suite documents."""

import sys

from scripts.suite_schema.document import DOCUMENT, render


def main() -> int:
    """Return the exit code of the command line."""
    DOCUMENT.write_text(render())
    print(f"Wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
