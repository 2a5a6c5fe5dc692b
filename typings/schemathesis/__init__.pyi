# The part of schemathesis that the tests use.
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

import hypothesis
from hypothesis.strategies import SearchStrategy
from schemathesis.core.transport import Response

class GenerationMode(Enum):
    POSITIVE = "positive"
    NEGATIVE = "negative"

Check = Callable[..., bool | None]

class APIOperation:
    path: str
    method: str
    def as_strategy(
        self,
        generation_mode: GenerationMode = ...,
        *,
        path_parameters: dict[str, Any] | None = None,
    ) -> SearchStrategy[Case]: ...

class Case:
    operation: APIOperation
    path_parameters: dict[str, Any]
    headers: dict[str, str]
    body: Any
    def as_curl_command(self) -> str: ...
    def call(self) -> Response: ...
    def validate_response(
        self, response: Response, checks: Sequence[Check] | None = None
    ) -> None: ...

class APIStateMachine:
    def before_call(self, case: Case) -> None: ...
    def validate_response(
        self, response: Response, case: Case, *arguments: object, **keywords: object
    ) -> None: ...
    @classmethod
    def run(cls, *, settings: hypothesis.settings | None = None) -> None: ...

class BaseSchema:
    def __getitem__(self, path: str) -> Mapping[str, APIOperation]: ...
    def as_state_machine(self) -> type[APIStateMachine]: ...
    def exclude(self, *, operation_id: Sequence[str]) -> BaseSchema: ...
