"""The access tokens that we sign are like those of auth, whichever key the project has."""

from typing import Any
from uuid import uuid4

import jwt
import orjson
import pytest
from pydantic import SecretStr, ValidationError

from app.auth.access_tokens import LIFETIME, AccessTokenIssuer
from app.auth.errors import AccessTokensUnavailableError
from app.auth.signing_keys import SigningKeys
from app.auth.tokens import TokenVerifier
from app.core.clock import SystemClock
from app.core.identifiers import ApiTokenId, UserId
from app.core.settings import Settings
from tests.auth.conftest import SHARED_SECRET
from tests.auth.key_server import Algorithm, KeyServer, SigningKey
from tests.auth.private_keys import dump_private_key, write_private_key

ABSENT = "absent"


def with_key(settings: Settings, key: SigningKey) -> Settings:
    changes = {"access_token_signing_key": dump_private_key(key)}
    return Settings.model_validate({**settings.model_dump(), **changes})


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
async def test_a_private_key_of_the_project_signs(
    algorithm: Algorithm, settings: Settings, key_server: KeyServer, signing_keys: SigningKeys
) -> None:
    key = SigningKey(algorithm)
    key_server.keys = [SigningKey().public, key.public]
    issuer = AccessTokenIssuer(with_key(settings, key), SystemClock())
    user_id, token_id = UserId(uuid4()), ApiTokenId(uuid4())
    issued = issuer.issue(user_id, token_id)
    assert jwt.get_unverified_header(issued.token)["kid"] == key.key_id
    verifier = TokenVerifier(settings, signing_keys, SystemClock())
    principal = await verifier.verify(issued.token)
    assert (principal.user_id, principal.api_token_id) == (user_id, token_id)
    assert principal.rights == token_id
    assert principal.expires_at == issued.expires_at


async def test_the_shared_secret_signs_where_there_is_no_key(
    settings: Settings, sharing_verifier: TokenVerifier
) -> None:
    shared = settings.model_copy(update={"supabase_jwt_secret": SecretStr(SHARED_SECRET)})
    token_id = ApiTokenId(uuid4())
    issued = AccessTokenIssuer(shared, SystemClock()).issue(UserId(uuid4()), token_id)
    principal = await sharing_verifier.verify(issued.token)
    assert principal.api_token_id == token_id
    assert issued.token not in repr(issued)


def test_auth_takes_no_such_token_for_a_session_of_the_user(settings: Settings) -> None:
    shared = settings.model_copy(update={"supabase_jwt_secret": SecretStr(SHARED_SECRET)})
    token_id = ApiTokenId(uuid4())
    issued = AccessTokenIssuer(shared, SystemClock()).issue(UserId(uuid4()), token_id)
    claims = jwt.decode(issued.token, options={"verify_signature": False})
    assert claims["session_id"] == claims["api_token"] == str(token_id)
    assert claims["exp"] - claims["iat"] == LIFETIME.total_seconds()


def test_without_a_key_there_are_none(settings: Settings) -> None:
    issuer = AccessTokenIssuer(settings, SystemClock())
    with pytest.raises(AccessTokensUnavailableError):
        issuer.issue(UserId(uuid4()), ApiTokenId(uuid4()))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"d": ABSENT}, "it has no 'd'"),
        ({"kid": ABSENT}, "it has no 'kid'"),
        ({"kid": ""}, "it has no 'kid'"),
        ({"x": "!"}, "that can be read"),
        ({"kty": "oct", "alg": "HS256", "k": "c2VjcmV0"}, "must be a key for ES256"),
        ("no json", "it is no JSON"),
        ("[]", "it is no JSON object"),
    ],
    ids=str,
)
def test_what_is_no_signing_key_is_refused_without_being_shown(
    settings: Settings, changes: dict[str, Any] | str, fault: str
) -> None:
    document = write_private_key(SigningKey())
    if isinstance(changes, dict):
        changed = {
            name: value for name, value in {**document, **changes}.items() if value is not ABSENT
        }
        text = orjson.dumps(changed).decode()
    else:
        text = changes
    with pytest.raises(ValidationError, match=fault) as refusal:
        Settings.model_validate({**settings.model_dump(), "access_token_signing_key": text})
    assert document["d"] not in str(refusal.value)
    assert "access_token_signing_key" in str(refusal.value)
