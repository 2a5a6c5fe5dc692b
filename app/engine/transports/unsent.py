"""A transport that keeps to itself what it is given."""

import json

from app.engine.transport import PreparedRequest, ReceivedResponse


class UnsentTransport:
    """
    Sends nothing: the `requests` are what would have been sent.

    Whoever asks gets `token`, as from a token endpoint, so that authentication goes on.
    """

    def __init__(self, token: str) -> None:
        self.requests: list[PreparedRequest] = []
        self._answer = json.dumps({"access_token": token, "token_type": "Bearer"}).encode()

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Note the request; never raises."""
        del timeout
        self.requests.append(request)
        return ReceivedResponse(status_code=200, body=self._answer, request=request)
