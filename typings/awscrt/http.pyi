"""What app.engine.authentication uses of awscrt, which comes without types."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

class HttpHeaders:
    def __init__(self, name_value_pairs: Sequence[tuple[str, str]] | None = None) -> None: ...
    def get(self, name: str, default: str | None = None) -> str | None: ...
    def __iter__(self) -> Iterator[tuple[str, str]]: ...

class HttpRequest:
    def __init__(
        self,
        method: str = "GET",
        path: str = "/",
        headers: HttpHeaders | None = None,
        body_stream: BinaryIO | None = None,
    ) -> None: ...
    @property
    def headers(self) -> HttpHeaders: ...
