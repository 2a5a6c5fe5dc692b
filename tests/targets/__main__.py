"""`python -m tests.targets PORT [--delay-ms 250]` serves the shop on 127.0.0.1."""

import argparse
import sys

import uvicorn

from tests.targets.shop import PASSWORD, USERNAME, create_shop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.targets", description=__doc__)
    parser.add_argument("port", type=int, nargs="?", default=8081)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="before each answer")
    options = parser.parse_args()
    where = f"The shop is at http://127.0.0.1:{options.port}"
    sys.stdout.write(f"{where}; log in as {USERNAME} / {PASSWORD}\n")
    shop = create_shop(delay_seconds=options.delay_ms / 1000)
    uvicorn.run(shop, host="127.0.0.1", port=options.port, log_level="warning", ws="none")


if __name__ == "__main__":
    main()
