"""What app.engine.authentication uses of awscrt, which comes without types."""

class AwsCrtError(Exception):
    code: int
    name: str
    message: str
