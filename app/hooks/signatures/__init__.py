"""Signature schemes: one file each, and a row here."""

from typing import Annotated, TypeAlias

from pydantic import Field

from app.hooks.signatures.github import GitHubScheme
from app.hooks.signatures.gitlab import GitLabScheme
from app.hooks.signatures.plain_hmac import HmacScheme
from app.hooks.signatures.standard import StandardScheme
from app.hooks.signatures.supabase import SupabaseScheme

Signature: TypeAlias = Annotated[
    StandardScheme | GitHubScheme | GitLabScheme | HmacScheme | SupabaseScheme,
    Field(discriminator="scheme"),
]

__all__ = ["Signature"]
