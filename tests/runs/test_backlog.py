from app.contexts.execution_context import ContextChanges
from app.runs.execution.backlog import (
    LARGEST_BACKLOG,
    LARGEST_BACKLOG_CHARACTERS,
    LARGEST_BATCH,
    LARGEST_BATCH_CHARACTERS,
    Backlog,
    EndedTest,
)
from app.runs.execution.records import Record


def build_record(number: int, characters: int = 0) -> Record:
    return {"id": number, "details": {"response_body": "x" * characters}}


def fill(count: int, characters: int = 0) -> Backlog:
    backlog = Backlog()
    for number in range(count):
        backlog.add(EndedTest([build_record(number, characters)]))
    return backlog


def list_ids(batch: list[EndedTest]) -> list[int]:
    return [record["id"] for ended in batch for record in ended.records]


def test_batches_keep_the_order_and_leave_nothing_behind() -> None:
    backlog = fill(LARGEST_BATCH + 50)
    first, second = backlog.take_batch(), backlog.take_batch()
    assert list_ids(first + second) == list(range(LARGEST_BATCH + 50))
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


def test_all_attempts_of_a_test_and_its_captures_stay_together() -> None:
    backlog = fill(LARGEST_BATCH - 1)
    changes = ContextChanges(captured_data={"login": {"user_id": 7}})
    attempts = EndedTest([build_record(1_000), build_record(1_001)], changes)
    backlog.add(attempts)
    assert attempts not in backlog.take_batch()
    assert backlog.take_batch() == [attempts]


def test_results_without_evidence_count_as_well() -> None:
    backlog = Backlog()
    backlog.add(EndedTest([{"id": 1}]))
    assert list_ids(backlog.take_batch()) == [1]
