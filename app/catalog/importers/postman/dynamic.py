"""Dynamic variables of Postman as our dynamic values."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.engine.templates.dynamic_values import DYNAMIC_VALUES

_RANGE: Final = re.compile(r"randomInt\(-?[0-9]{1,15}, -?[0-9]{1,15}\)")
_WORDS: Final = (
    *("Product", "ProductAdjective", "ProductMaterial", "Department", "Ingverb", "Abbreviation"),
    *("BsAdjective", "BsBuzz", "BsNoun", "CatchPhraseAdjective", "CatchPhraseDescriptor"),
    *("CatchPhraseNoun", "JobArea", "JobDescriptor", "JobType", "DomainWord", "DatabaseColumn"),
    *("TransactionType", "LoremSlug", "CurrencyName", "FileName", "CommonFileName"),
)
_PHRASES: Final = ("ProductName", "JobTitle", "BankAccountName", "Bs", "CatchPhrase", "StreetName")
_SENTENCES: Final = (
    *("LoremSentences", "LoremParagraph", "LoremParagraphs", "LoremText", "LoremLines"),
)
_IMAGES: Final = (
    *("AvatarImage", "ImageUrl", "AbstractImage", "AnimalsImage", "BusinessImage", "CatsImage"),
    *("CityImage", "FoodImage", "NightlifeImage", "FashionImage", "PeopleImage", "NatureImage"),
    *("SportsImage", "TransportImage"),
)
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
        "randomNamePrefix": '$randomChoice("Dr.", "Mr.", "Mrs.", "Ms.")',
        "randomLocale": '$randomChoice("de", "en", "fr", "ja")',
        "randomFileExt": '$randomChoice("csv", "json", "pdf", "txt")',
        "randomCommonFileExt": '$randomChoice("gif", "pdf", "png", "wav")',
        "randomMimeType": '$randomChoice("application/json", "image/png", "text/plain")',
        **{f"random{name}": "$randomWord" for name in _WORDS},
        **{f"random{name}": "$randomWords(2)" for name in _PHRASES},
        **{f"random{name}": "$randomSentence" for name in _SENTENCES},
        **{f"random{name}": "$randomUrl" for name in _IMAGES},
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
