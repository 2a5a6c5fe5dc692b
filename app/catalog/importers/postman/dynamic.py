"""Dynamic variables of Postman as our dynamic values."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.engine.templates.dynamic_values import DYNAMIC_VALUES

_RANGE: Final = re.compile(r"randomInt\(-?[0-9]{1,15}, -?[0-9]{1,15}\)")
_OTHERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "randomInt": "$randomInt(0, 1000)",
        "randomAlphaNumeric": "$randomString(1)",
        "randomPassword": "$randomPassword(15)",
        "randomProtocol": '$randomChoice("http", "https")',
        "randomLatitude": "$randomFloat(-90, 90, 4)",
        "randomLongitude": "$randomFloat(-180, 180, 4)",
        "randomBankAccount": "$randomDigits(8)",
        "randomCreditCardMask": "$randomDigits(4)",
        "randomPrice": "$randomFloat(0, 1000, 2)",
        "randomCurrencyCode": '$randomChoice("EUR", "GBP", "JPY", "USD")',
        "randomExampleEmail": '$randomEmail("example.com")',
        "randomDatePast": "$randomDate(-365, -1)",
        "randomDateFuture": "$randomDate(1, 365)",
        "randomDateRecent": "$randomDate(-1, 0)",
        "randomWeekday": '$randomChoice("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")',
        "randomMonth": '$randomChoice("January", "March", "June", "September", "December")',
        "randomLoremWord": "$randomWord",
        "randomLoremWords": "$randomWords(3)",
        "randomLoremSentence": "$randomSentence",
        "randomNoun": "$randomWord",
        "randomVerb": "$randomWord",
        "randomAdjective": "$randomWord",
        "randomPhrase": "$randomSentence",
    }
)


def find_dynamic(name: str) -> str | None:
    """
    Return the expression for `$name` of Postman; None when there is nothing like it here.

    What scripts make has a range, too, and a label: `$randomInt(1, 6)#die`.
    """
    plain, _, label = name.removeprefix("$").partition("#")
    if _RANGE.fullmatch(plain):
        return name
    expression = _OTHERS.get(plain) or (f"${plain}" if plain in DYNAMIC_VALUES else None)
    return f"{expression}#{label}" if expression and label else expression
