"""What app.engine.authentication uses of awscrt, which comes without types."""

from concurrent.futures import Future
from datetime import datetime
from enum import IntEnum

from awscrt.http import HttpRequest

class AwsSignedBodyHeaderType(IntEnum):
    NONE = 0
    X_AMZ_CONTENT_SHA_256 = 1

class AwsCredentialsProvider:
    @classmethod
    def new_static(
        cls, access_key_id: str, secret_access_key: str, session_token: str | None = None
    ) -> AwsCredentialsProvider: ...

class AwsSigningConfig:
    def __init__(
        self,
        *,
        credentials_provider: AwsCredentialsProvider,
        region: str,
        service: str,
        date: datetime,
        use_double_uri_encode: bool = True,
        should_normalize_uri_path: bool = True,
        signed_body_header_type: AwsSignedBodyHeaderType = ...,
    ) -> None: ...

def aws_sign_request(
    http_request: HttpRequest, signing_config: AwsSigningConfig
) -> Future[HttpRequest]: ...
