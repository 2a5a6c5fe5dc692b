"""The closed sets of values that describe a test case."""

from typing import Literal

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
BodyType = Literal["json", "form-data", "x-www-form-urlencoded", "text", "xml", "graphql"]
AuthType = Literal[
    "none", "bearer", "basic", "api-key", "oauth2", "jwt-hs256", "aws-sigv4", "mtls", "digest"
]
BodyMatchType = Literal["exact", "schema", "partial", "contains"]
DependencyType = Literal["order", "data", "token"]
AssertionType = Literal["status-code", "header", "body", "schema", "response-time", "custom"]
AssertionOperator = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "contains", "exists", "absent", "matches", "type", "length"
]
CaptureSource = Literal["body", "header", "status"]
CaptureTarget = Literal["captured_data", "shared_auth_tokens", "shared_variables"]
ProjectStatus = Literal["active", "archived", "inactive"]
