import pytest

from scripts.local_supabase.layout import MIGRATIONS
from scripts.local_supabase.sql_statements import split_statements


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("-- only a comment\n/* and; another */ ;;", []),
        ("select 1", ["select 1"]),
        ("select 1;\n\nselect 2 ;", ["select 1", "select 2"]),
        ("select ';', \"a;b\"; select 2", ["select ';', \"a;b\"", "select 2"]),
        ("select 'it''s;'; select 2", ["select 'it''s;'", "select 2"]),
        (r"select e'it\'s;'; select 2", [r"select e'it\'s;'", "select 2"]),
        (r"select 'c:\'; select 2", [r"select 'c:\'", "select 2"]),
        ("do $$ begin; end $$; select 2", ["do $$ begin; end $$", "select 2"]),
        ("do $a$ $$;$$ $a$; select 2", ["do $a$ $$;$$ $a$", "select 2"]),
        ("select $1; select 2", ["select $1", "select 2"]),
        ("select 1 /* a; /* b; */ c; */; select 2", ["select 1 /* a; /* b; */ c; */", "select 2"]),
        ("select 1 -- it's;\n; select 2", ["select 1 -- it's;", "select 2"]),
        (
            "create function f() returns int begin atomic select case when true then 1 end; end; select 2",
            [
                "create function f() returns int begin atomic select case when true then 1 end; end",
                "select 2",
            ],
        ),
        ("begin; select 1; end;", ["begin", "select 1", "end"]),
    ],
)
def test_statements_end_at_their_own_semicolons(source: str, expected: list[str]) -> None:
    assert [statement.text for statement in split_statements(source)] == expected


def test_statements_know_their_line() -> None:
    source = "-- a comment\n\nselect\n1;\n  select 2;\n\nselect 3"
    lines = [(statement.line, statement.text) for statement in split_statements(source)]
    assert lines == [(1, "-- a comment\n\nselect\n1"), (5, "select 2"), (7, "select 3")]


def test_nothing_of_the_migrations_is_lost() -> None:
    for path in MIGRATIONS.glob("*.sql"):
        source = path.read_text()
        rest = source
        for statement in split_statements(source):
            before, found, rest = rest.partition(statement.text)
            assert found
            assert not before.strip(";\n \t")
