"""Every router under /api/v1."""

from fastapi import APIRouter, Depends

from app.catalog.importers.router import router as importers_router
from app.catalog.router import router as catalog_router
from app.catalog.suite_documents.router import router as suite_documents_router
from app.contexts.router import router as contexts_router
from app.hooks.router import router as hooks_router
from app.realtime.router import router as realtime_router
from app.runs.router import router as runs_router
from app.trials.router import router as trials_router
from app.web.json_bodies import check_json_body
from app.workspaces.access_tokens.router import router as access_tokens_router
from app.workspaces.router import router as workspaces_router

# The routes are tried one after the other: those of machines, which call most, come first.
router = APIRouter(prefix="/api/v1", dependencies=[Depends(check_json_body)])
router.include_router(runs_router)
router.include_router(hooks_router)
router.include_router(catalog_router)
router.include_router(importers_router)
router.include_router(suite_documents_router)
router.include_router(contexts_router)
router.include_router(trials_router)
router.include_router(realtime_router)
router.include_router(access_tokens_router)
router.include_router(workspaces_router)
