"""`python -m tests.targets PORT` serves the shop on 127.0.0.1."""

import sys

import uvicorn

from tests.targets.shop import PASSWORD, USERNAME, create_shop


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8081
    sys.stdout.write(f"The shop is at http://127.0.0.1:{port}; log in as {USERNAME} / {PASSWORD}\n")
    uvicorn.run(create_shop(), host="127.0.0.1", port=port, log_level="warning", ws="none")


if __name__ == "__main__":
    main()
