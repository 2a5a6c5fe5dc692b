"""Every route of hooks."""

from fastapi import APIRouter

from app.auth.dependencies import AUTHENTICATION_PROBLEMS
from app.hooks.deliveries.router import router as deliveries_router
from app.hooks.management.router import router as management_router
from app.hooks.reception.router import router as reception_router

router = APIRouter()
router.include_router(management_router, responses=AUTHENTICATION_PROBLEMS)
router.include_router(deliveries_router, responses=AUTHENTICATION_PROBLEMS)
# Whoever delivers has no token; the signature speaks for them.
router.include_router(reception_router)
