"""The closed sets of values that describe a test case; those that the engine has are its own."""

from typing import Literal

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
BodyType = Literal["json", "form-data", "x-www-form-urlencoded", "text", "xml", "graphql"]
AuthType = Literal[
    "none", "bearer", "basic", "api-key", "oauth2", "jwt-hs256", "aws-sigv4", "mtls", "digest"
]
BodyMatchType = Literal["exact", "schema", "partial", "contains", "regex"]
AssertionOperator = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "between",
    "in",
    "not-in",
    "contains",
    "not-contains",
    "matches",
    "not-matches",
    "exists",
    "absent",
    "empty",
    "type",
    "length",
    "unique",
    "sorted",
    "each",
]
CaptureSource = Literal["body", "xpath", "regex", "header", "cookie", "status", "duration", "text"]
ProjectStatus = Literal["active", "archived", "inactive"]
FixtureType = Literal["user", "document", "organization", "custom"]
FixtureUse = Literal["iterate", "reference"]
