from itertools import pairwise

import aiohttp
import httpx
import pytest
from postgrest.exceptions import APIError

from app.core.errors import AppError, ConflictError, InternalError
from app.db.mapping import RETRY_AFTER, error_class_of, from_answer, left_no_trace


@pytest.mark.parametrize(
    ("code", "hint", "expected"),
    [
        ("42501", None, "forbidden"),
        ("23505", None, "already_exists"),
        ("23503", None, "invalid"),
        ("23514", None, "invalid"),
        ("22P02", None, "invalid"),
        ("22007", None, "invalid"),
        ("P0001", None, "invalid"),
        ("PGRST116", None, "not_found"),
        ("PGRST301", None, "invalid_token"),
        ("PGRST303", None, "token_expired"),
        ("40001", None, "database_busy"),
        ("40P01", None, "database_busy"),
        ("55P03", None, "database_busy"),
        ("57014", None, "database_timeout"),
        ("57P03", None, "database_unavailable"),
        ("53300", None, "database_unavailable"),
        ("08006", None, "database_unavailable"),
        ("PGRST000", None, "database_unavailable"),
        ("PGRST003", None, "database_unavailable"),
        ("42P01", None, "database_mismatch"),
        ("42883", None, "database_mismatch"),
        ("21000", None, "database_mismatch"),
        ("PGRST202", None, "database_mismatch"),
        ("PGRST205", None, "database_mismatch"),
        ("", None, "database_mismatch"),
        ("PT404", None, "not_found"),
        ("PT403", None, "forbidden"),
        ("PT409", None, "conflict"),
        ("PT410", None, "gone"),
        ("PT422", None, "invalid"),
        ("PT429", None, "too_many_requests"),
        ("PT422", "dependency_cycle", "dependency_cycle"),
        ("PT409", "run_already_finished", "run_already_finished"),
        ("PT409", "a hint that we do not know", "conflict"),
        ("PT418", None, "internal_error"),
    ],
)
def test_every_code_has_an_error(code: str, hint: str | None, expected: str) -> None:
    assert error_class_of(code, hint).code == expected


def create_answer(code: str, **parts: str) -> AppError:
    return from_answer(APIError({"code": code, **parts}))


@pytest.mark.parametrize(
    ("constraint", "field"),
    [("projects_organization_id_name_key", "name"), ("something_else_key", None)],
)
def test_a_taken_value_is_named_by_its_field(constraint: str, field: str | None) -> None:
    error = create_answer(
        "23505",
        message=f'duplicate key value violates unique constraint "{constraint}"',
        details="Key (name)=(secret-value) already exists.",
    )
    assert error.field == field
    assert "secret-value" not in str(error)


def test_a_reference_to_nothing_is_named_by_its_field() -> None:
    error = create_answer(
        "23503",
        message='insert or update on table "hooks" violates foreign key constraint'
        ' "hooks_environment_id_fkey"',
    )
    assert (error.field, error.detail) == (
        "environment_id",
        "environment_id: there is none with this id.",
    )


def test_the_words_of_our_functions_reach_the_caller() -> None:
    error = create_answer("PT409", message="run is over", details="it ended at noon")
    assert isinstance(error, ConflictError)
    assert error.detail == "run is over: it ended at noon"


@pytest.mark.parametrize("code", ["23514", "23502", "23505", "22P02", "XX000"])
def test_rows_that_postgres_quotes_do_not(code: str) -> None:
    error = create_answer(code, message="bad", details="Failing row contains (hunter2).")
    assert "hunter2" not in error.detail


def test_what_is_not_found_is_not_described() -> None:
    described = create_answer("PT404", message="suite not found", details="suite_id")
    assert described.detail == create_answer("PT404").detail


def test_our_own_mistakes_are_not_explained() -> None:
    error = create_answer("42P01", message='relation "private.things" does not exist')
    assert isinstance(error, InternalError)
    assert "private" not in error.detail


def test_trouble_says_when_to_try_again() -> None:
    assert create_answer("PGRST003").retry_after == RETRY_AFTER
    assert create_answer("23505").retry_after is None


def chain(*errors: BaseException) -> BaseException:
    for error, cause in pairwise(errors):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (APIError({"code": "40001"}), True),
        (APIError({"code": "PGRST003"}), True),
        (APIError({"code": "57014"}), False),
        (chain(httpx.ConnectTimeout(""), aiohttp.ConnectionTimeoutError()), True),
        (
            chain(
                httpx.ConnectTimeout(""),
                aiohttp.ClientOSError(None, "Can not write"),
                aiohttp.ClientConnectionResetError("closing"),
            ),
            True,
        ),
        (chain(httpx.ConnectTimeout(""), aiohttp.ClientConnectionResetError("closing")), True),
        (chain(httpx.ConnectTimeout(""), aiohttp.ClientOSError(104, "reset by peer")), False),
        (chain(httpx.ConnectTimeout(""), aiohttp.ServerDisconnectedError()), False),
        (chain(httpx.ReadTimeout(""), aiohttp.SocketTimeoutError()), False),
        (httpx.ConnectTimeout(""), False),
    ],
    ids=repr,
)
def test_only_what_was_never_sent_left_no_trace(error: Exception, expected: bool) -> None:
    assert left_no_trace(error) is expected
