-- Secret parts of credentials: written by the service for their owner, read back by nobody.
-- Risk: a plain text is in memory of the server while the call lasts; nothing of it is logged.
set lock_timeout = '5s';

create function private.put_credential_secrets(credential_id uuid, parts jsonb, encryption_key text, acting_user_id uuid)
returns public.api_credentials
language plpgsql
security definer
set search_path = ''
as $$
declare
  credential public.api_credentials;
begin
  perform private.begin_service_action('store_credential_secrets', acting_user_id);
  select * into credential from public.api_credentials as existing
  where existing.id = credential_id and existing.user_id = acting_user_id for update;
  if credential.id is null then
    perform private.refuse('404', 'credential not found', null, 'not_found');
  end if;
  if parts ? 'key_secret' then
    credential.key_secret_last_four := private.show_last_four(parts ->> 'key_secret');
    credential.key_secret_value_id := private.put_secret_value(
      credential.key_secret_value_id, credential.organization_id, parts ->> 'key_secret', encryption_key
    );
  end if;
  if parts ? 'token' then
    credential.token_last_four := private.show_last_four(parts ->> 'token');
    credential.token_value_id := private.put_secret_value(
      credential.token_value_id, credential.organization_id, parts ->> 'token', encryption_key
    );
  end if;
  if parts ? 'oauth_refresh_token' then
    credential.oauth_refresh_token_last_four := private.show_last_four(parts ->> 'oauth_refresh_token');
    credential.oauth_refresh_token_value_id := private.put_secret_value(
      credential.oauth_refresh_token_value_id, credential.organization_id, parts ->> 'oauth_refresh_token', encryption_key
    );
  end if;
  update public.api_credentials as existing set
    key_secret_value_id = credential.key_secret_value_id,
    key_secret_last_four = credential.key_secret_last_four,
    token_value_id = credential.token_value_id,
    token_last_four = credential.token_last_four,
    oauth_refresh_token_value_id = credential.oauth_refresh_token_value_id,
    oauth_refresh_token_last_four = credential.oauth_refresh_token_last_four,
    secrets_set_at = now()
  where existing.id = credential.id
  returning * into credential;
  return credential;
end;
$$;
comment on function private.put_credential_secrets(uuid, jsonb, text, uuid) is
  'Sets the parts that are given and keeps the others. Definer: no API role may touch ciphertext.';
revoke execute on function private.put_credential_secrets(uuid, jsonb, text, uuid) from public, anon, authenticated, service_role;
grant execute on function private.put_credential_secrets(uuid, jsonb, text, uuid) to service_role;

create function public.store_credential_secrets(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  credential public.api_credentials;
begin
  credential := private.put_credential_secrets(
    (request ->> 'credential_id')::uuid,
    jsonb_strip_nulls(jsonb_build_object(
      'key_secret', request -> 'key_secret', 'token', request -> 'token',
      'oauth_refresh_token', request -> 'oauth_refresh_token'
    )),
    request ->> 'encryption_key', (request ->> 'acting_user_id')::uuid
  );
  return jsonb_build_object(
    'credential_id', credential.id, 'key_secret_last_four', credential.key_secret_last_four,
    'token_last_four', credential.token_last_four,
    'oauth_refresh_token_last_four', credential.oauth_refresh_token_last_four,
    'secrets_set_at', credential.secrets_set_at
  );
end;
$$;
comment on function public.store_credential_secrets(jsonb) is
  'Request {credential_id, key_secret, token, oauth_refresh_token, encryption_key, acting_user_id}; answers what may be shown of them.';
revoke execute on function public.store_credential_secrets(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.store_credential_secrets(jsonb) to service_role;
