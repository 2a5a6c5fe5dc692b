import dataclasses
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from scripts.local_supabase.keys import InvalidTokenError, KeyRing, load_or_create_credentials


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return load_or_create_credentials(tmp_path / "keys.json", "http://127.0.0.1:54321").keys


def sign(keys: KeyRing, **claims: Any) -> str:
    complete = {"role": "authenticated", "exp": time.time() + 60, **claims}
    present = {name: value for name, value in complete.items() if value is not None}
    return jwt.encode(present, keys.jwt_secret, algorithm="HS256")


def test_keys_stay_the_same_and_the_issuer_follows_the_url(keys: KeyRing, tmp_path: Path) -> None:
    again = load_or_create_credentials(tmp_path / "keys.json", "http://127.0.0.1:1").keys
    assert again.issuer == "http://127.0.0.1:1/auth/v1"
    assert dataclasses.replace(again, issuer=keys.issuer) == keys


def test_each_installation_has_its_own_secrets(keys: KeyRing, tmp_path: Path) -> None:
    other = load_or_create_credentials(tmp_path / "other.json", "http://127.0.0.1:54321").keys
    assert other.jwt_secret != keys.jwt_secret
    assert other.resolve_api_key(keys.secret_key) is None
    assert other.resolve_api_key(keys.service_role_jwt) is None


def test_api_keys_stand_for_the_token_of_their_role(keys: KeyRing) -> None:
    assert keys.resolve_api_key(keys.publishable_key) == keys.anon_jwt
    assert keys.resolve_api_key(keys.secret_key) == keys.service_role_jwt
    assert keys.resolve_api_key(keys.anon_jwt) == keys.anon_jwt
    assert keys.resolve_api_key(keys.service_role_jwt) == keys.service_role_jwt


def test_a_user_token_is_no_api_key(keys: KeyRing) -> None:
    assert keys.resolve_api_key(sign(keys)) is None


@pytest.mark.parametrize("key", ["", "sb_secret_x", "clé", "a.b.c"])
def test_unknown_keys_stand_for_nothing(keys: KeyRing, key: str) -> None:
    assert keys.resolve_api_key(key) is None


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"exp": None}, {"role": None}, {"role": "postgres"}, {"role": ["anon"]}],
)
def test_expired_and_incomplete_tokens_are_refused(keys: KeyRing, claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        keys.verify(sign(keys, **claims))


def test_unsigned_tokens_are_refused(keys: KeyRing) -> None:
    unsigned = jwt.encode({"role": "service_role", "exp": time.time() + 60}, "", algorithm="none")
    with pytest.raises(InvalidTokenError):
        keys.verify(unsigned)


def test_genuine_tokens_are_read(keys: KeyRing) -> None:
    assert keys.verify(sign(keys, sub="someone"))["sub"] == "someone"
