"""The names that paths begin with."""

ENVIRONMENT = "env"
SHARED_AUTH_TOKENS = "shared_auth_tokens"
SHARED_VARIABLES = "shared_variables"
CAPTURED_DATA = "captured_data"
FIXTURE = "fixture"
ITERATION = "iteration"
ROOTS = (
    ENVIRONMENT,
    SHARED_AUTH_TOKENS,
    SHARED_VARIABLES,
    CAPTURED_DATA,
    FIXTURE,
    ITERATION,
)
