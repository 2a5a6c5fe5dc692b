"""Dynamic values: `{{$uuid}}`, `{{$randomInt(1, 10)}}` and others."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.core.clock import Clock
from app.engine.json_values import JsonValue
from app.engine.templates import words
from app.engine.templates.filters.times import write_instant
from app.engine.templates.functions import (
    Function,
    InvalidArgumentError,
    read_any,
    read_number,
    read_text,
    read_whole,
)

MAXIMUM_CHARACTERS = 100_000
MAXIMUM_WORDS = 1_000
MAXIMUM_DAYS = 36_500

LETTERS = string.ascii_letters
LETTERS_AND_DIGITS = LETTERS + string.digits
PASSWORD_CHARACTERS = LETTERS_AND_DIGITS + "!#$%*+-?@_"


@dataclass(frozen=True, slots=True)
class Generator:
    """Where new values come from: a stream of random numbers, and the time."""

    random: Random
    clock: Clock


def _make_uuid(generator: Generator) -> str:
    return str(UUID(int=generator.random.getrandbits(128), version=4))


def _make_now(generator: Generator) -> str:
    return write_instant(generator.clock.now().replace(microsecond=0))


def _make_iso_timestamp(generator: Generator) -> str:
    text = generator.clock.now().isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _make_today(generator: Generator) -> str:
    return generator.clock.now().date().isoformat()


def _make_timestamp(generator: Generator) -> int:
    return int(generator.clock.now().timestamp())


def _make_milliseconds(generator: Generator) -> int:
    return int(generator.clock.now().timestamp() * 1000)


def _make_day(generator: Generator, first: int = -365, last: int = 365) -> str:
    if not -MAXIMUM_DAYS <= first <= last <= MAXIMUM_DAYS:
        raise InvalidArgumentError("wants the earliest and the latest day, counted from today")
    day = generator.clock.now().date() + timedelta(days=generator.random.randint(first, last))
    return day.isoformat()


def _make_integer(generator: Generator, low: int = 0, high: int = 1000) -> int:
    if low > high:
        raise InvalidArgumentError("wants the smaller number first")
    return generator.random.randint(low, high)


def _make_float(
    generator: Generator, low: float = 0.0, high: float = 1.0, decimals: int = 2
) -> float:
    if low > high or not 0 <= decimals <= 15:
        raise InvalidArgumentError("wants the smaller number first, and at most 15 decimals")
    return round(generator.random.uniform(low, high), decimals)


def _make_boolean(generator: Generator) -> bool:
    return generator.random.random() < 0.5


def _choose(generator: Generator, *choices: JsonValue) -> JsonValue:
    first = choices[0]
    options = first if len(choices) == 1 and isinstance(first, list) else list(choices)
    if not options:
        raise InvalidArgumentError("wants something to choose from, not an empty list")
    return generator.random.choice(options)


def _make_text(characters: str, generator: Generator, length: int) -> str:
    if not 0 <= length <= MAXIMUM_CHARACTERS:
        raise InvalidArgumentError(f"wants a length of 0 to {MAXIMUM_CHARACTERS}")
    return "".join(generator.random.choices(characters, k=length))


def _make_characters(characters: str, length: int) -> Callable[..., str]:
    def make(generator: Generator, wanted: int = length) -> str:
        return _make_text(characters, generator, wanted)

    return make


def _make_first_name(generator: Generator) -> str:
    return generator.random.choice(words.FIRST_NAMES)


def _make_last_name(generator: Generator) -> str:
    return generator.random.choice(words.LAST_NAMES)


def _make_full_name(generator: Generator) -> str:
    return f"{_make_first_name(generator)} {_make_last_name(generator)}"


def _make_user_name(generator: Generator) -> str:
    return f"{_make_first_name(generator).lower()}_{_make_text('0123456789abcdef', generator, 8)}"


def _make_email(generator: Generator, domain: str = "example.com") -> str:
    name = f"{_make_first_name(generator)}.{_make_last_name(generator)}".lower()
    return f"{name}.{_make_text('0123456789abcdef', generator, 8)}@{domain}"


def _make_phone_number(generator: Generator) -> str:
    """In the range that is reserved for fiction."""
    return f"+1-{generator.random.randint(200, 999)}-555-01{generator.random.randint(0, 99):02}"


def _make_city(generator: Generator) -> str:
    return generator.random.choice(words.CITIES)


def _make_country(generator: Generator) -> str:
    return generator.random.choice(words.COUNTRIES)[1]


def _make_country_code(generator: Generator) -> str:
    return generator.random.choice(words.COUNTRIES)[0]


def _make_street_address(generator: Generator) -> str:
    return f"{generator.random.randint(1, 250)} {generator.random.choice(words.STREETS)}"


def _make_company(generator: Generator) -> str:
    return f"{_make_last_name(generator)} {generator.random.choice(words.COMPANY_SUFFIXES)}"


def _make_color(generator: Generator) -> str:
    return generator.random.choice(words.COLORS)


def _make_words(generator: Generator, count: int = 3) -> str:
    if not 1 <= count <= MAXIMUM_WORDS:
        raise InvalidArgumentError(f"wants a number of 1 to {MAXIMUM_WORDS}")
    return " ".join(generator.random.choices(words.WORDS, k=count))


def _make_word(generator: Generator) -> str:
    return _make_words(generator, 1)


def _make_sentence(generator: Generator) -> str:
    return f"{_make_words(generator, generator.random.randint(5, 10)).capitalize()}."


def _make_domain(generator: Generator) -> str:
    return f"{_make_word(generator)}-{_make_word(generator)}.example.com"


def _make_url(generator: Generator) -> str:
    return f"https://{_make_domain(generator)}/{_make_word(generator)}"


def _make_ip(generator: Generator) -> str:
    """Of the network 198.18.0.0/15, which is reserved for tests."""
    part = generator.random.randint
    return f"198.{part(18, 19)}.{part(0, 255)}.{part(1, 254)}"


def _make_ipv6(generator: Generator) -> str:
    """Of the network 2001:db8::/32, which is reserved for examples."""
    groups = (f"{generator.random.getrandbits(16):x}" for _ in range(6))
    return f"2001:db8:{':'.join(groups)}"


_TWO_WHOLE = (read_whole, read_whole)
_UUID = Function("$uuid", _make_uuid)

DYNAMIC_VALUES: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "uuid": _UUID,
        "guid": _UUID,
        "randomUUID": _UUID,
        "now": Function("$now", _make_now),
        "isoTimestamp": Function("$isoTimestamp", _make_iso_timestamp),
        "today": Function("$today", _make_today),
        "timestamp": Function("$timestamp", _make_timestamp),
        "timestampMs": Function("$timestampMs", _make_milliseconds),
        "randomDate": Function("$randomDate(-30, 30)", _make_day, _TWO_WHOLE),
        "randomInt": Function("$randomInt(1, 10)", _make_integer, _TWO_WHOLE),
        "randomFloat": Function(
            "$randomFloat(0, 1, 2)", _make_float, (read_number, read_number, read_whole)
        ),
        "randomBoolean": Function("$randomBoolean", _make_boolean),
        "randomChoice": Function('$randomChoice("a", "b")', _choose, (read_any,), 1, True),
        "randomString": Function(
            "$randomString(16)", _make_characters(LETTERS_AND_DIGITS, 16), (read_whole,)
        ),
        "randomLetters": Function(
            "$randomLetters(16)", _make_characters(LETTERS, 16), (read_whole,)
        ),
        "randomDigits": Function(
            "$randomDigits(6)", _make_characters(string.digits, 6), (read_whole,)
        ),
        "randomHex": Function(
            "$randomHex(16)", _make_characters("0123456789abcdef", 16), (read_whole,)
        ),
        "randomPassword": Function(
            "$randomPassword(16)", _make_characters(PASSWORD_CHARACTERS, 16), (read_whole,)
        ),
        "randomFirstName": Function("$randomFirstName", _make_first_name),
        "randomLastName": Function("$randomLastName", _make_last_name),
        "randomFullName": Function("$randomFullName", _make_full_name),
        "randomUserName": Function("$randomUserName", _make_user_name),
        "randomEmail": Function('$randomEmail("example.com")', _make_email, (read_text,)),
        "randomPhoneNumber": Function("$randomPhoneNumber", _make_phone_number),
        "randomCity": Function("$randomCity", _make_city),
        "randomCountry": Function("$randomCountry", _make_country),
        "randomCountryCode": Function("$randomCountryCode", _make_country_code),
        "randomStreetAddress": Function("$randomStreetAddress", _make_street_address),
        "randomCompanyName": Function("$randomCompanyName", _make_company),
        "randomColor": Function("$randomColor", _make_color),
        "randomWord": Function("$randomWord", _make_word),
        "randomWords": Function("$randomWords(3)", _make_words, (read_whole,)),
        "randomSentence": Function("$randomSentence", _make_sentence),
        "randomDomainName": Function("$randomDomainName", _make_domain),
        "randomUrl": Function("$randomUrl", _make_url),
        "randomIP": Function("$randomIP", _make_ip),
        "randomIPV6": Function("$randomIPV6", _make_ipv6),
    }
)
