"""The service: the only place where concrete things are built and joined."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from app.api import include_api
from app.auth.access_tokens import AccessTokenIssuer
from app.auth.idempotency import keys_of_callers
from app.auth.rate_limit import RateLimiter
from app.auth.signing_keys import SigningKeys
from app.auth.tokens import TokenVerifier
from app.catalog.importers.intake import taking_documents
from app.catalog.suite_documents.service import DocumentStore
from app.core.clock import SystemClock
from app.core.collector import relax_collector
from app.core.logging import configure_logging
from app.core.settings import Settings, load_settings
from app.db.database import Database
from app.description import DESCRIPTION, LICENSE, SERVERS, SUMMARY, TAGS, TITLE
from app.hooks.assembly import create_hook_receiver
from app.realtime.assembly import relaying
from app.realtime.termination import notified_of_termination
from app.realtime.upstream import RealtimeUpstream
from app.runs.execution.assembly import working
from app.runs.queue import RunQueue
from app.runs.waiting.watch import RunWatch
from app.trials.laboratory import trying
from app.web.compression import CompressionMiddleware
from app.web.cross_origin import CrossOriginMiddleware
from app.web.health import Probe
from app.web.health import router as health_router
from app.web.idempotency import IdempotencyMiddleware
from app.web.idempotency_keys import create_cipher
from app.web.methods import HeadMiddleware
from app.web.metrics import serving_metrics
from app.web.openapi import install_openapi, name_operation
from app.web.problems import install_problem_handlers
from app.web.representations import RepresentationMiddleware
from app.web.request_bodies import BodyLimits, RequestBodyMiddleware
from app.web.requests import CrashMiddleware, RequestMiddleware

IMPORTS = re.compile(r"/api/v1/projects/[^/]+/imports")
SUITE_DOCUMENTS = re.compile(r"/api/v1/projects/[^/]+/suites/document")
DELIVERIES = re.compile(r"/api/v1/hooks/[^/]+")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service; without settings they are read from the environment and `.env`."""
    settings = settings or load_settings()
    configure_logging(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            app.state.probes = await _open_components(app, settings, stack)
            relax_collector()
            yield

    app = FastAPI(
        title=TITLE,
        version=_read_version(),
        summary=SUMMARY,
        description=DESCRIPTION,
        license_info=LICENSE,
        servers=SERVERS,
        openapi_tags=TAGS,
        lifespan=lifespan,
        generate_unique_id_function=name_operation,
        # To the address that the request names, which nobody has checked.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.include_router(health_router)
    include_api(app)
    install_problem_handlers(app)
    install_openapi(app)
    _install_middleware(app, settings)
    return app


async def _open_components(
    app: FastAPI, settings: Settings, stack: AsyncExitStack
) -> Mapping[str, Probe]:
    """Open what lives as long as the process; return what has to answer for it to be ready."""
    clock = SystemClock()
    registry = CollectorRegistry()
    database = await stack.enter_async_context(Database(settings))
    keys = SigningKeys(settings.auth_url, clock)
    stack.push_async_callback(keys.close)
    app.state.database = database
    app.state.token_verifier = TokenVerifier(settings, keys, clock)
    app.state.access_tokens = AccessTokenIssuer(settings, clock)
    app.state.rate_limiter = RateLimiter(settings.requests_per_minute, clock)
    queue = await stack.enter_async_context(RunQueue(settings.supabase_db_url.get_secret_value()))
    app.state.run_queue = queue
    app.state.run_watch = await stack.enter_async_context(RunWatch(database.as_service()))
    app.state.hook_receiver = create_hook_receiver(
        settings, database, queue, app.state.access_tokens, clock
    )
    app.state.laboratory = await stack.enter_async_context(trying(settings))
    app.state.intake = await stack.enter_async_context(taking_documents(settings))
    app.state.document_store = DocumentStore()
    upstream = await stack.enter_async_context(
        RealtimeUpstream(settings.realtime_url, settings.supabase_secret_key)
    )
    app.state.event_service = await stack.enter_async_context(
        relaying(settings, database, upstream, app.state.token_verifier, registry, clock)
    )
    # Open streams would hold the end of the process up until the server loses patience.
    stack.enter_context(notified_of_termination(app.state.event_service.relay.close))
    stack.enter_context(notified_of_termination(app.state.run_watch.close))
    stack.enter_context(serving_metrics(settings.metrics_address, registry))
    if settings.run_worker_in_api:
        await stack.enter_async_context(working(settings, database, queue))
    return {"postgrest": database.ping, "queue": queue.ping, "realtime": upstream.ping}


def _install_middleware(app: FastAPI, settings: Settings) -> None:
    # The last one added is the outermost.
    app.add_middleware(RepresentationMiddleware)
    cipher = create_cipher(
        settings.secrets_encryption_key, settings.secrets_encryption_key_previous
    )
    app.add_middleware(IdempotencyMiddleware, open_store=keys_of_callers(cipher))
    app.add_middleware(
        RequestBodyMiddleware,
        limits=BodyLimits(settings.request_body_limit, settings.request_body_timeout),
        exceptions=_list_body_limits(settings),
    )
    app.add_middleware(CrashMiddleware)
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(CrossOriginMiddleware, origins=settings.cors_origins)
    app.add_middleware(RequestMiddleware)


def _list_body_limits(settings: Settings) -> dict[re.Pattern[str], BodyLimits]:
    documents = BodyLimits(settings.import_body_limit, settings.import_body_timeout)
    deliveries = BodyLimits(settings.hook_body_limit, settings.request_body_timeout)
    return {IMPORTS: documents, SUITE_DOCUMENTS: documents, DELIVERIES: deliveries}


def _read_version() -> str:
    try:
        return version("api-testing-platform")
    except PackageNotFoundError:
        return "0.0.0"
