"""`python -m scripts.event_documentation`: writes docs/asyncapi.json from the models of the relay."""

import sys

from scripts.event_documentation.document import DOCUMENT, render


def main() -> int:
    """Return the exit code of the command line."""
    DOCUMENT.write_text(render())
    print(f"Wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
