class Response:
    status_code: int
    text: str
