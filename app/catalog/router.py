"""Every route of the catalog; importers have their own."""

from fastapi import APIRouter

from app.auth.dependencies import AUTHENTICATION_PROBLEMS
from app.catalog.cases.router import router as cases_router
from app.catalog.dependencies.router import router as dependencies_router
from app.catalog.duplicates.router import router as duplicates_router
from app.catalog.endpoints.router import router as endpoints_router
from app.catalog.fixtures.router import router as fixtures_router
from app.catalog.projects.router import router as projects_router
from app.catalog.suites.router import router as suites_router

router = APIRouter(responses=AUTHENTICATION_PROBLEMS)
router.include_router(projects_router)
router.include_router(suites_router)
router.include_router(cases_router)
router.include_router(duplicates_router)
router.include_router(endpoints_router)
router.include_router(dependencies_router)
router.include_router(fixtures_router)
