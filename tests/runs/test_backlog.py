from app.runs.backlog import (
    LARGEST_BACKLOG,
    LARGEST_BACKLOG_CHARACTERS,
    LARGEST_BATCH,
    LARGEST_BATCH_CHARACTERS,
    Backlog,
)
from app.runs.records import Record


def build_record(number: int, characters: int = 0) -> Record:
    return {"id": number, "details": {"response_body": "x" * characters}}


def fill(count: int, characters: int = 0) -> Backlog:
    backlog = Backlog()
    for number in range(count):
        backlog.add(build_record(number, characters))
    return backlog


def test_batches_keep_the_order_and_leave_nothing_behind() -> None:
    backlog = fill(LARGEST_BATCH + 50)
    first, second = backlog.take_batch(), backlog.take_batch()
    assert [record["id"] for record in first + second] == list(range(LARGEST_BATCH + 50))
    assert (len(first), len(backlog), backlog.take_batch()) == (LARGEST_BATCH, 0, [])


def test_large_evidence_makes_small_batches() -> None:
    backlog = fill(10, LARGEST_BATCH_CHARACTERS // 4)
    assert len(backlog.take_batch()) == 3


def test_one_result_always_goes_however_large() -> None:
    assert len(fill(2, LARGEST_BATCH_CHARACTERS * 2).take_batch()) == 1


def test_number_and_size_fill_the_backlog() -> None:
    assert not fill(LARGEST_BACKLOG - 1).is_full
    assert fill(LARGEST_BACKLOG).is_full
    large = fill(8, LARGEST_BACKLOG_CHARACTERS // 8)
    assert large.is_full
    large.take_batch()
    assert not large.is_full


def test_results_without_evidence_count_as_well() -> None:
    backlog = Backlog()
    backlog.add({"id": 1})
    assert backlog.take_batch() == [{"id": 1}]
