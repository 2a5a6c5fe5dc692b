"""Which values of a document are secrets: told by their names, their places and their looks."""

import re
from typing import Final

_SECRET_ENDINGS: Final = (
    *("password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "apikey"),
    *("accesskey", "secretkey", "privatekey", "signingkey", "subscriptionkey", "authkey"),
    *("authorization", "credential", "credentials", "sessionid", "jwt", "signature", "otp"),
    *("clientassertion", "cookie", "csrf", "xsrf", "bearer", "refreshtoken", "accesskeyid"),
)
_HARMLESS: Final = frozenset(
    (
        "pagetoken",
        "nextpagetoken",
        "continuationtoken",
        "nexttoken",
        "synctoken",
        "cancellationtoken",
    )
)
_SECRET_VALUE: Final = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{2,8000}\."
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8}"
    r"|\bgh[pousr]_[0-9A-Za-z]{20}"
    r"|\bxox[abprs]-[0-9A-Za-z-]{10}"
    r"|\bglpat-[0-9A-Za-z_-]{10}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
)
_LONGEST_SEARCHED: Final = 20_000
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def is_secret_name(name: str) -> bool:
    """Say whether what has this name (of a field, header, variable) is a secret."""
    plain = _OTHER.sub("", name[:200].lower())
    return plain.endswith(_SECRET_ENDINGS) and plain not in _HARMLESS


def is_secret_value(text: str) -> bool:
    """Say whether a text looks like a credential, whatever its name."""
    return _SECRET_VALUE.search(text[:_LONGEST_SEARCHED]) is not None
