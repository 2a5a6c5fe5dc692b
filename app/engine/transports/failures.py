"""What every transport says when no complete answer arrived, in the same words."""

from urllib.parse import urlsplit

from app.engine.errors import Category, TransportError

CHECK_TARGET = "Check that the target is running and that the base URL of the environment is right."
CHECK_CERTIFICATE = "Check the certificate of the target."

# What the libraries say (rustls, OpenSSL), what it means, and what can be done.
_TLS_REASONS = (
    (
        ("expired",),
        "the certificate of the target has expired",
        "Renew the certificate of the target.",
    ),
    (
        ("NotValidYet", "not valid yet", "not yet valid"),
        "the certificate of the target is not valid yet",
        "Check the certificate and the clock of the target.",
    ),
    (
        ("not valid for name", "NotValidForName", "ostname mismatch", "IP address mismatch"),
        "the certificate of the target is for another host",
        "Use a host name that the certificate is for, or issue one for this host.",
    ),
    (
        ("UnknownIssuer", "self-signed", "self signed", "unable to get", "CaUsedAsEndEntity"),
        "the certificate of the target is not signed by an authority that is trusted here",
        "Give the authority's certificate as transfer.tls.ca, or set transfer.tls.verify to false.",
    ),
    (
        ("InvalidContentType", "WRONG_VERSION_NUMBER", "wrong version number"),
        "the target does not speak TLS on this port",
        "Use http:// or the port that serves https.",
    ),
)


def timed_out(progress: str, seconds: float) -> TransportError:
    """The time of the whole exchange was up; `progress` says how far it had come."""
    return TransportError(
        Category.TIMEOUT,
        f"{progress} within {seconds:g} s",
        "Raise the timeout of the test, or find out why the target is slow.",
    )


def nothing_more(progress: str, seconds: float) -> TransportError:
    """The target kept silent for too long."""
    return TransportError(
        Category.TIMEOUT,
        f"{progress}, and nothing more for {seconds:g} s",
        "Raise transfer.timeouts.read_ms of the test, or find out why the target is slow.",
    )


def unknown_host(host: str) -> TransportError:
    """No address is known for the name."""
    return TransportError(Category.CONNECTION, f"the host name is not known: {host}", CHECK_TARGET)


def refused(host: str) -> TransportError:
    """Nobody listens there."""
    return TransportError(Category.CONNECTION, f"connection refused by {host}", CHECK_TARGET)


def refused_by_proxy(proxy: str, status_code: int) -> TransportError:
    """The proxy gives no tunnel to the target."""
    return TransportError(
        Category.CONNECTION,
        f"the proxy {proxy} refused to connect: it answered {status_code}",
        "Check transfer.proxy, its user and password, and what it allows.",
    )


def insecure(reason: str) -> TransportError:
    """TLS failed; `reason` is what the library says."""
    for signs, message, suggested_fix in _TLS_REASONS:
        if any(sign in reason for sign in signs):
            return _insecure(message, suggested_fix)
    return _insecure(reason, CHECK_CERTIFICATE)


def _insecure(message: str, suggested_fix: str) -> TransportError:
    return TransportError(
        Category.CONNECTION, f"no secure connection: {message}", suggested_fix, "tls"
    )


def unusable_credentials(reason: str) -> TransportError:
    """The certificates that the test brings cannot be read."""
    return TransportError(
        Category.ENVIRONMENT,
        f"transfer.tls cannot be used: {reason}",
        "Give certificates and keys as PEM texts, the key without a passphrase.",
    )


def unusable_address(reason: str) -> TransportError:
    """The address or another part of the request cannot be sent."""
    return TransportError(Category.ENVIRONMENT, f"cannot send to it: {reason}", CHECK_TARGET)


def misencoded(reason: str) -> TransportError:
    """The body is not what Content-Encoding says."""
    return TransportError(
        Category.DATA_VALIDATION,
        f"the body does not have the encoding its headers say: {reason}",
        "Check the Content-Encoding of the target's answer.",
    )


def broken_off(progress: str, reason: str) -> TransportError:
    """The connection was lost, or what came over it is not HTTP."""
    return TransportError(Category.CONNECTION, f"{progress}: {reason}", CHECK_TARGET)


def find_host(url: str) -> str:
    """Host and port without user information; what cannot be parsed is told apart later."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return url
