"""What the routes of trials declare."""

from typing import Annotated

from fastapi import Depends, Request

from app.auth.dependencies import CurrentPrincipal
from app.core.settings import Settings
from app.db.database import Database
from app.trials.laboratory import Laboratory
from app.trials.secret_reader import SecretReader


async def get_laboratory(request: Request) -> Laboratory:
    """Return what trials of this process are made with."""
    return request.app.state.laboratory


CurrentLaboratory = Annotated[Laboratory, Depends(get_laboratory)]


async def open_secret_reader(request: Request, principal: CurrentPrincipal) -> SecretReader:
    """Return what it takes to read secrets for a try of the caller."""
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    previous = settings.secrets_encryption_key_previous
    return SecretReader(
        database.as_service(),
        settings.secrets_encryption_key.get_secret_value(),
        None if previous is None else previous.get_secret_value(),
        principal.user_id,
    )


CallersSecretReader = Annotated[SecretReader, Depends(open_secret_reader)]
