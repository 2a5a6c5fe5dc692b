"""`python -m scripts.api_description`: writes docs/openapi.json unless that would break callers."""

import argparse
import json
import sys

from scripts.api_description.changes import find_breaking_changes
from scripts.api_description.document import DOCUMENT, describe, render


def main() -> int:
    """Return the exit code of the command line."""
    parser = argparse.ArgumentParser(prog="scripts/openapi", description=__doc__)
    parser.add_argument(
        "--accept-breaking", action="store_true", help="write what breaks callers, too"
    )
    arguments = parser.parse_args()
    description = describe()
    broken = (
        find_breaking_changes(json.loads(DOCUMENT.read_text()), description)
        if DOCUMENT.exists()
        else []
    )
    for change in broken:
        print(f"breaks callers: {change}")
    if broken and not arguments.accept_breaking:
        print("Nothing was written; --accept-breaking writes it all the same.")
        return 1
    DOCUMENT.write_text(render(description))
    print(f"Wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
