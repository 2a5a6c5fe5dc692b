-- Secrets of environments: copied within the database, and set together with plain variables.
-- Risk: a plain text is in memory of the server while a call lasts; nothing of it is logged.
set lock_timeout = '5s';

create function private.copy_secrets(source_id uuid, target_id uuid, encryption_keys text[], acting_user_id uuid)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  target public.environments;
  copied integer;
begin
  perform private.begin_service_action('copy_environment_secrets', acting_user_id);
  select environment.* into target from public.environments as environment
  inner join public.environments as source
    on source.id = source_id and source.project_id = environment.project_id
  where environment.id = target_id for update of environment;
  if target.id is null then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, target.organization_id, 'admin') then
    perform private.refuse('403', 'admins copy secrets', null, 'forbidden');
  end if;
  update public.environment_variables as variable set
    secret_value_id = private.put_secret_value(
      variable.secret_value_id, variable.organization_id,
      private.decrypt_secret(secret, encryption_keys), encryption_keys[1]
    ),
    value_last_four = original.value_last_four,
    value_set_at = now(),
    value_set_by = acting_user_id
  from public.environment_variables as original
  inner join private.secret_values as secret on secret.id = original.secret_value_id
  where variable.environment_id = target.id and variable.is_secret
    and original.environment_id = source_id and original.key = variable.key;
  get diagnostics copied = row_count;
  perform private.write_audit_entry(
    target.organization_id, 'resolve_secrets', 'environments', source_id, null,
    jsonb_build_object(
      'keys', (
        select coalesce(jsonb_agg(original.key order by original.key), '[]')
        from public.environment_variables as original
        where original.environment_id = source_id and original.secret_value_id is not null
      ),
      'copied_to', target.id
    )
  );
  return copied;
end;
$$;
comment on function private.copy_secrets(uuid, uuid, text[], uuid) is
  'Gives the secrets of one environment to another one of its project. Definer: no API role may touch ciphertext.';
revoke execute on function private.copy_secrets(uuid, uuid, text[], uuid) from public, anon, authenticated, service_role;
grant execute on function private.copy_secrets(uuid, uuid, text[], uuid) to service_role;

create function public.copy_environment_secrets(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return jsonb_build_object('copied', private.copy_secrets(
    (request ->> 'source_id')::uuid, (request ->> 'target_id')::uuid,
    array[request ->> 'encryption_key', request ->> 'previous_encryption_key'],
    (request ->> 'acting_user_id')::uuid
  ));
end;
$$;
comment on function public.copy_environment_secrets(jsonb) is
  'Request {source_id, target_id, encryption_key, previous_encryption_key, acting_user_id}; answers {copied}, how many.';
revoke execute on function public.copy_environment_secrets(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.copy_environment_secrets(jsonb) to service_role;

create function private.replace_variable(environment public.environments, entry jsonb, encryption_key text, acting_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  variable public.environment_variables;
  wants_secret boolean := coalesce((entry ->> 'is_secret')::boolean, false);
  new_value text := entry ->> 'value';
begin
  insert into public.environment_variables as existing (environment_id, key, value, is_secret)
  values (environment.id, entry ->> 'key', case when not wants_secret then new_value end, wants_secret)
  on conflict (environment_id, key) do update
  set value = excluded.value, is_secret = excluded.is_secret
  where (existing.value, existing.is_secret) is distinct from (excluded.value, excluded.is_secret);
  if not wants_secret then
    return;
  end if;
  select * into variable from public.environment_variables as existing
  where existing.environment_id = environment.id and existing.key = entry ->> 'key';
  if new_value is not null then
    update public.environment_variables as existing set
      secret_value_id = private.put_secret_value(
        variable.secret_value_id, variable.organization_id, new_value, encryption_key
      ),
      value_last_four = private.show_last_four(new_value),
      value_set_at = now(),
      value_set_by = acting_user_id
    where existing.id = variable.id;
  elsif variable.secret_value_id is null then
    perform private.refuse('422', 'a new secret needs a value', entry ->> 'key', 'secret_rejected');
  end if;
end;
$$;
comment on function private.replace_variable(public.environments, jsonb, text, uuid) is
  'Sets one variable; a secret without a value keeps the one it has. Definer: no API role may touch ciphertext.';
revoke execute on function private.replace_variable(public.environments, jsonb, text, uuid)
from public, anon, authenticated, service_role;

create function private.replace_variables(environment_id uuid, entries jsonb, known jsonb, encryption_key text, acting_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  environment public.environments;
  present jsonb;
begin
  perform private.begin_service_action('replace_environment_variables', acting_user_id);
  select * into environment from public.environments as existing
  where existing.id = replace_variables.environment_id for update;
  if environment.id is null then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, environment.organization_id, 'admin') then
    perform private.refuse('403', 'admins change variables', null, 'forbidden');
  end if;
  select coalesce(jsonb_object_agg(variable.id, variable.updated_at), '{}') into present
  from public.environment_variables as variable where variable.environment_id = environment.id;
  if known is not null and known <> present then
    return null;
  end if;
  delete from public.environment_variables as variable
  where variable.environment_id = environment.id
    and not exists (
      select from jsonb_array_elements(entries) as entry (document)
      where entry.document ->> 'key' = variable.key
    );
  perform private.replace_variable(environment, entry.document, encryption_key, acting_user_id)
  from jsonb_array_elements(entries) as entry (document);
  return (
    select coalesce(jsonb_agg(to_jsonb(variable) order by variable.key), '[]')
    from public.environment_variables as variable where variable.environment_id = environment.id
  );
end;
$$;
comment on function private.replace_variables(uuid, jsonb, jsonb, text, uuid) is
  'Makes these the variables of an environment, all or nothing; null when it has others than the known ones. Definer: no API role may touch ciphertext.';
revoke execute on function private.replace_variables(uuid, jsonb, jsonb, text, uuid) from public, anon, authenticated, service_role;
grant execute on function private.replace_variables(uuid, jsonb, jsonb, text, uuid) to service_role;

create function public.replace_environment_variables(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return jsonb_build_object('variables', private.replace_variables(
    (request ->> 'environment_id')::uuid, request -> 'variables', nullif(request -> 'known', 'null'),
    request ->> 'encryption_key', (request ->> 'acting_user_id')::uuid
  ));
end;
$$;
comment on function public.replace_environment_variables(jsonb) is
  'Request {environment_id, variables: [{key, value, is_secret}], known: {id: updated_at}, encryption_key, acting_user_id}; answers {variables}, null when they are not the known ones.';
revoke execute on function public.replace_environment_variables(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.replace_environment_variables(jsonb) to service_role;

create or replace function public.store_secret_value(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  variable public.environment_variables;
begin
  variable := private.put_variable_secret(
    (request ->> 'variable_id')::uuid, request ->> 'value', request ->> 'encryption_key',
    (request ->> 'acting_user_id')::uuid
  );
  return jsonb_build_object(
    'variable_id', variable.id, 'last_four', variable.value_last_four, 'set_at', variable.value_set_at,
    'updated_at', variable.updated_at
  );
end;
$$;
comment on function public.store_secret_value(jsonb) is
  'Request {variable_id, value, encryption_key, acting_user_id}; answers {variable_id, last_four, set_at, updated_at}.';

create or replace function public.store_credential_secrets(request jsonb)
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
    'secrets_set_at', credential.secrets_set_at, 'updated_at', credential.updated_at
  );
end;
$$;
comment on function public.store_credential_secrets(jsonb) is
  'Request {credential_id, key_secret, token, oauth_refresh_token, encryption_key, acting_user_id}; answers what may be shown of them, and updated_at.';
