"""Cookies that the answer sets: their values, and their attributes."""

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import Predicate
from app.engine.reading import Reading, find_nothing
from app.engine.response import Response


def declare(declaration: Declaration) -> Check:
    """
    An assertion of type `cookie`: `name` is the cookie, `path` an attribute such as `Max-Age`.

    Without a path it is about the value. Attributes without a value, such as `Secure`, are true,
    and `Max-Age` is a number.
    """
    cookie = declaration.require_name("a cookie")
    attribute = declaration.path if declaration.name else None

    def read(response: Response) -> Reading:
        found = response.cookies.get(cookie)
        if found is None:
            return find_nothing("the answer does not set this cookie")
        if attribute is None:
            return Reading(True, found.value)
        value = found.attributes.get(attribute.lower())
        return Reading(value is not None, value, f"the cookie has no attribute {attribute}")

    path = cookie if attribute is None else f"{cookie}[{attribute}]"
    return Predicate(
        name=declaration.description or f"cookie {path}",
        type="cookie",
        operator=declaration.choose_operator("eq"),
        read=read,
        expected=declaration.expected,
        path=path,
    )
