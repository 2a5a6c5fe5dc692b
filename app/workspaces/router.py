"""Every route of workspaces."""

from fastapi import APIRouter

from app.auth.dependencies import AUTHENTICATION_PROBLEMS
from app.workspaces.api_tokens.router import router as api_tokens_router
from app.workspaces.audit.router import router as audit_router
from app.workspaces.credentials.router import router as credentials_router
from app.workspaces.invitations.router import router as invitations_router
from app.workspaces.members.router import router as members_router
from app.workspaces.organizations.router import router as organizations_router
from app.workspaces.preferences.router import router as preferences_router
from app.workspaces.report_templates.router import router as report_templates_router
from app.workspaces.saved_searches.router import router as saved_searches_router
from app.workspaces.users.router import router as users_router

router = APIRouter(responses=AUTHENTICATION_PROBLEMS)
router.include_router(organizations_router)
router.include_router(members_router)
router.include_router(invitations_router)
router.include_router(users_router)
router.include_router(api_tokens_router)
router.include_router(credentials_router)
router.include_router(preferences_router)
router.include_router(saved_searches_router)
router.include_router(report_templates_router)
router.include_router(audit_router)
