"""What can be done with suites as documents."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import orjson

from app.catalog.dependencies.users import write_unused
from app.catalog.suite_documents import repository
from app.catalog.suite_documents.errors import SuiteNotExportableError
from app.catalog.suite_documents.parsing import Problems, parse_suite
from app.catalog.suite_documents.planning import DocumentState, SuitePlan, SuitePlanner
from app.catalog.suite_documents.reading import Source, read_json, read_yaml
from app.catalog.suite_documents.schemas import (
    SCHEMA_FILE,
    Missing,
    StoreOptions,
    Suite,
    SuiteDocumentReport,
)
from app.catalog.suite_documents.stored import StoredSuite, render_suite, write_document
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, SuiteId
from app.db.session import Session
from app.engine.json_values import JsonObject
from app.web.entity_tags import Precondition, list_tags, make_entity_tag
from app.web.errors import PreconditionFailedError

LONGEST_FILE_NAME = 80
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ExportedSuite:
    """A file: YAML unless it was wanted as JSON."""

    content: bytes
    file_name: str


async def export_suite(
    session: Session, suite_id: SuiteId, *, as_json: bool, with_fixtures: bool
) -> ExportedSuite:
    """Return a suite as a file; raises `NotFoundError` or `SuiteNotExportableError`."""
    stored = await repository.find_suite(session, suite_id, with_fixtures=with_fixtures)
    if stored is None:
        raise NotFoundError
    content = await asyncio.to_thread(_export, stored, as_json, with_fixtures)
    name = _OTHER.sub("-", stored.suite["name"].lower())[:LONGEST_FILE_NAME].strip("-")
    ending = "json" if as_json else "yaml"
    return ExportedSuite(content, f"{name or 'suite'}.suite.{ending}")


class DocumentStore:
    """Stores documents; reads one at a time, since that takes many times their size."""

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(1)

    async def store(
        self,
        session: Session,
        project_id: ProjectId,
        content: bytes,
        *,
        is_json: bool,
        options: StoreOptions,
        precondition: Precondition,
    ) -> SuiteDocumentReport:
        """
        Make the suite with the document's name be as it says, all or nothing.

        Raises `NotFoundError`, `ForbiddenError`, `PreconditionFailedError`,
        `SuiteDocumentInvalidError`, what `SuitePlanner.plan` raises, or what the database refuses.
        """
        async with self._reading:
            source, suite = await asyncio.to_thread(_read, content, is_json)
        state = await repository.find_state(session, project_id, suite)
        if state is None:
            raise NotFoundError
        if not state.may_write:
            raise ForbiddenError
        await asyncio.to_thread(_check_precondition, precondition, state.present)
        plan = await asyncio.to_thread(_plan, source, suite, state, options.missing)
        return await self._write(session, project_id, state, plan, options)

    async def _write(
        self,
        session: Session,
        project_id: ProjectId,
        state: DocumentState,
        plan: SuitePlan,
        options: StoreOptions,
    ) -> SuiteDocumentReport:
        stored = state.present
        if not plan.is_empty:
            stored = await _apply(session, project_id, stored, plan, options) or stored
        etag = None
        if stored is not None and not options.dry_run:
            etag = await asyncio.to_thread(_find_tag, stored)
        return plan.report(stored, dry_run=options.dry_run, etag=etag)


async def _apply(
    session: Session,
    project_id: ProjectId,
    stored: StoredSuite | None,
    plan: SuitePlan,
    options: StoreOptions,
) -> StoredSuite | None:
    """Write the plan, but not while tests of other suites use what the leaving cases capture."""
    apply = partial(
        repository.apply,
        session,
        project_id,
        plan.written,
        dry_run=options.dry_run,
        with_results=options.missing == "delete",
    )
    if stored is None or not plan.leaving:
        return await apply()
    return await write_unused(
        session,
        lambda version: apply(users_version=version),
        leaving=plan.leaving,
        suite_id=stored.id,
    )


def make_content_tag(content: bytes) -> str:
    """Return the entity tag of a YAML file."""
    return make_entity_tag(content.decode())


def _export(stored: StoredSuite, as_json: bool, with_fixtures: bool) -> bytes:
    document = render_suite(stored, with_fixtures=with_fixtures)
    return _write_json(document) if as_json else write_document(document)


def _write_json(document: JsonObject) -> bytes:
    text = json.dumps({"$schema": SCHEMA_FILE, **document}, ensure_ascii=False, indent=2)
    return f"{text}\n".encode()


def _read(content: bytes, is_json: bool) -> tuple[Source, Suite]:
    source = read_json(content) if is_json else read_yaml(content)
    return source, parse_suite(source)


def _plan(source: Source, suite: Suite, state: DocumentState, missing: Missing) -> SuitePlan:
    return SuitePlanner(suite, state, Problems(source)).plan(missing)


def _check_precondition(precondition: Precondition, present: StoredSuite | None) -> None:
    """Any representation of the document will do, with fixtures or without."""
    if precondition.if_match is None:
        return
    listed = list_tags(precondition.if_match)
    is_met = present is not None and ("*" in listed or not listed.isdisjoint(_iter_tags(present)))
    if not is_met:
        raise PreconditionFailedError


def _iter_tags(stored: StoredSuite) -> Iterator[str]:
    for with_fixtures in (True, False):
        document = render_suite(stored, with_fixtures=with_fixtures)
        yield make_content_tag(write_document(document))
        yield make_entity_tag(orjson.loads(_write_json(document)))


def _find_tag(stored: StoredSuite) -> str | None:
    try:
        return make_content_tag(_export(stored, as_json=False, with_fixtures=True))
    except SuiteNotExportableError:
        return None
