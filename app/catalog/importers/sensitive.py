"""Which values of a document are secrets: told by their names, their places and their looks."""

import re
from collections.abc import Callable
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
_TAIL: Final = "[0-9A-Za-z_-]"
# Each to its end, so that it can be taken out of a text; bounded, so that no text takes long.
_SHAPES: Final = (
    # JWT and JWE
    rf"eyJ{_TAIL}{{8,4000}}\.{_TAIL}{{0,8000}}\.[0-9A-Za-z_.-]{{0,8000}}",
    # AWS, Google, Azure
    r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    rf"AIza{_TAIL}{{30,60}}",
    rf"ya29\.{_TAIL}{{20,2000}}",
    rf"GOCSPX-{_TAIL}{{10,60}}",
    r"(?:AccountKey|SharedAccessKey)=[0-9A-Za-z+/=]{20,200}",
    # Stripe, Square, Shopify, webhooks of the Standard Webhooks kind
    r"(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,300}",
    r"whsec_[0-9A-Za-z+/=_-]{16,200}",
    rf"(?:EAAAE|sq0(?:atp|csp)-){_TAIL}{{20,200}}",
    r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{20,100}",
    # Where code is kept and packages are published
    r"gh[pousr]_[0-9A-Za-z]{20,300}",
    r"github_pat_[0-9A-Za-z_]{20,300}",
    rf"gl(?:pat|ptt|dt|rt|cbt|ft|agent|soat)-{_TAIL}{{10,300}}",
    r"npm_[0-9A-Za-z]{30,100}",
    rf"pypi-AgE{_TAIL}{{16,1000}}",
    rf"dckr_pat_{_TAIL}{{20,100}}",
    # Chats, mails, telephones
    r"xox[abeoprs]-[0-9A-Za-z-]{10,300}",
    r"xapp-[0-9]-[0-9A-Za-z-]{10,300}",
    r"hooks\.slack\.com/services/[0-9A-Za-z/]{20,200}",
    rf"discord(?:app)?\.com/api/webhooks/[0-9]{{10,25}}/{_TAIL}{{20,200}}",
    rf"[0-9]{{8,12}}:AA{_TAIL}{{30,60}}",
    rf"SG\.{_TAIL}{{16,64}}\.{_TAIL}{{16,100}}",
    r"SK[0-9a-f]{32}",
    r"key-[0-9a-z]{32}",
    # Models, platforms, tools
    rf"sk-(?:proj|ant|svcacct|or)-{_TAIL}{{16,300}}",
    r"sk-[0-9A-Za-z]{20,100}",
    r"hf_[0-9A-Za-z]{30,100}",
    rf"sb_secret_{_TAIL}{{16,100}}",
    r"sbp_[0-9a-f]{32,100}",
    r"do[opr]_v1_[0-9a-f]{32,100}",
    r"dapi[0-9a-f]{32}",
    r"lin_api_[0-9A-Za-z]{30,100}",
    r"(?:ntn|secret)_[0-9A-Za-z]{40,100}",
    r"ATATT3[0-9A-Za-z_=-]{20,300}",
    rf"hvs\.{_TAIL}{{20,300}}",
    r"PMAK-[0-9a-f]{20,40}-[0-9a-f]{20,60}",
)
_SECRET_VALUE: Final = re.compile(
    rf"(?<![0-9A-Za-z_-])(?:{'|'.join(_SHAPES)})"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}(?:-----END [A-Z ]{1,40}-----)?"
    # The password in an address.
    r"|(?<=://)[^\s/:@{}\"'<>]{0,100}:[^\s/@{}\"'<>]{3,200}(?=@[0-9A-Za-z\[])"
    # Words of a sentence have no digits.
    r"|(?i:\b(?:bearer|basic)\s{1,9})(?=[A-Za-z_-]{0,100}[0-9=+/])[0-9A-Za-z+/_.~=-]{8,4000}"
)
_CREDENTIAL: Final = re.compile(
    r"((?:bearer|basic|token)\s{1,9})(\S.{5,})", re.IGNORECASE | re.DOTALL
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


def split_credential(text: str) -> tuple[str, str] | None:
    """Return the scheme and the secret of a text such as `Bearer a1b2c3`; None when it is none."""
    match = _CREDENTIAL.fullmatch(text)
    return (match[1], match[2]) if match else None


def replace_secret_values(text: str, replace: Callable[[str], str]) -> str:
    """Return a text in which all that looks like a credential is replaced."""
    return _SECRET_VALUE.sub(lambda match: replace(match[0]), text)
