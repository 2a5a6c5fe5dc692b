from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.errors import InvalidCursorError
from app.web.pagination import decode_cursor, encode_cursor

LIST = "projects name,id"


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8")), min_size=1, max_size=3))
def test_a_cursor_keeps_its_place(values: list[str]) -> None:
    cursor = encode_cursor(LIST, values)
    assert decode_cursor(cursor, LIST, len(values)) == tuple(values)
    assert all(character.isalnum() or character in "-_" for character in cursor)


@given(st.text(max_size=50))
def test_a_foreign_cursor_is_refused_or_read(cursor: str) -> None:
    with suppress(InvalidCursorError):
        assert len(decode_cursor(cursor, LIST, 2)) == 2


@pytest.mark.parametrize("kind", ["projects -name,id", "suites name,id", "projects id,name"])
def test_a_cursor_of_another_order_is_refused(kind: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor(encode_cursor(kind, ["a", "b"]), LIST, 2)


def test_a_cursor_of_too_few_values_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor(encode_cursor(LIST, ["only one"]), LIST, 2)
