"""Every route of contexts."""

from fastapi import APIRouter

from app.auth.dependencies import AUTHENTICATION_PROBLEMS
from app.contexts.environments.router import router as environments_router
from app.contexts.variables.router import router as variables_router

router = APIRouter(responses=AUTHENTICATION_PROBLEMS)
router.include_router(environments_router)
router.include_router(variables_router)
