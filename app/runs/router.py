"""Every route of runs."""

from fastapi import APIRouter

from app.auth.dependencies import AUTHENTICATION_PROBLEMS
from app.runs.batches.router import router as batches_router
from app.runs.changing.router import router as changing_router
from app.runs.comparisons.router import router as comparisons_router
from app.runs.reading.router import router as reading_router
from app.runs.results.router import router as results_router
from app.runs.starting.router import router as starting_router

router = APIRouter(responses=AUTHENTICATION_PROBLEMS)
router.include_router(batches_router)
router.include_router(starting_router)
router.include_router(reading_router)
router.include_router(changing_router)
router.include_router(results_router)
router.include_router(comparisons_router)
