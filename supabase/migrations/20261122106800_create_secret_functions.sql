-- Secrets: written by the service for a person, read by the service for a run, both audited.
-- Risk: a plain text is in memory of the server while the call lasts; nothing of it is logged.
set lock_timeout = '5s';

create function private.has_role(user_id uuid, organization_id uuid, minimum_role public.organization_role)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.organization_members as member
    where member.user_id = has_role.user_id and member.organization_id = has_role.organization_id
      and member.role >= minimum_role
  )
$$;
comment on function private.has_role(uuid, uuid, public.organization_role) is
  'Whether a person has at least this role.';
revoke execute on function private.has_role(uuid, uuid, public.organization_role) from public, anon, authenticated, service_role;

create function private.show_last_four(value text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when char_length(value) >= 12 then right(value, 4) end
$$;
comment on function private.show_last_four(text) is
  'What may be shown of a secret: nothing when four characters would be much of it.';
revoke execute on function private.show_last_four(text) from public, anon, authenticated, service_role;

create function private.put_secret_value(secret_id uuid, organization_id uuid, value text, encryption_key text)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  version integer := private.register_key(encryption_key);
  stored_id uuid := coalesce(secret_id, gen_random_uuid());
begin
  if value is null or octet_length(value) not between 1 and 65536 then
    perform private.reject_secret('a secret has 1 to 65536 bytes');
  end if;
  insert into private.secret_values as existing (id, organization_id, ciphertext, key_version)
  values (stored_id, organization_id, private.encrypt_secret(stored_id, version, value, encryption_key), version)
  on conflict (id) do update
  set ciphertext = excluded.ciphertext, key_version = excluded.key_version, updated_at = now();
  return stored_id;
exception when integrity_constraint_violation or data_exception then
  -- The original error quotes the row.
  perform private.reject_secret('the value cannot be stored');
end;
$$;
comment on function private.put_secret_value(uuid, uuid, text, text) is
  'Encrypts a value into a new row, or into the one with this id, and returns the id.';
revoke execute on function private.put_secret_value(uuid, uuid, text, text) from public, anon, authenticated, service_role;

create function private.put_variable_secret(variable_id uuid, value text, encryption_key text, acting_user_id uuid)
returns public.environment_variables
language plpgsql
security definer
set search_path = ''
as $$
declare
  variable public.environment_variables;
begin
  perform private.begin_service_action('store_secret_value', acting_user_id);
  select * into variable from public.environment_variables as existing
  where existing.id = put_variable_secret.variable_id for update;
  if variable.id is null or not variable.is_secret then
    perform private.refuse('404', 'secret variable not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, variable.organization_id, 'admin') then
    perform private.refuse('403', 'admins set secrets', null, 'forbidden');
  end if;
  update public.environment_variables as existing set
    secret_value_id = private.put_secret_value(
      variable.secret_value_id, variable.organization_id, put_variable_secret.value, encryption_key
    ),
    value_last_four = private.show_last_four(put_variable_secret.value),
    value_set_at = now(),
    value_set_by = acting_user_id
  where existing.id = variable.id
  returning * into variable;
  return variable;
end;
$$;
comment on function private.put_variable_secret(uuid, text, text, uuid) is
  'Definer: no API role may touch ciphertext.';
revoke execute on function private.put_variable_secret(uuid, text, text, uuid) from public, anon, authenticated, service_role;
grant execute on function private.put_variable_secret(uuid, text, text, uuid) to service_role;

create function public.store_secret_value(request jsonb)
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
    'variable_id', variable.id, 'last_four', variable.value_last_four, 'set_at', variable.value_set_at
  );
end;
$$;
comment on function public.store_secret_value(jsonb) is
  'Request {variable_id, value, encryption_key, acting_user_id}; answers {variable_id, last_four, set_at}.';
revoke execute on function public.store_secret_value(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.store_secret_value(jsonb) to service_role;

create function private.read_run_secrets(run_id uuid, encryption_keys text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
  secrets jsonb;
begin
  perform private.begin_service_action('resolve_run_secrets');
  select * into run from public.test_runs where id = read_run_secrets.run_id;
  if run.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  select coalesce(
    jsonb_object_agg(variable.key, private.decrypt_secret(secret, encryption_keys)), '{}'
  ) into secrets
  from public.environment_variables as variable
  inner join private.secret_values as secret on secret.id = variable.secret_value_id
  where variable.environment_id = run.environment_id and variable.is_secret;
  perform private.write_audit_entry(
    run.organization_id, 'resolve_secrets', 'test_runs', run.id, null,
    jsonb_build_object('keys', (select coalesce(jsonb_agg(item.key), '[]') from jsonb_object_keys(secrets) as item (key)))
  );
  return secrets;
end;
$$;
comment on function private.read_run_secrets(uuid, text[]) is
  'Definer: no API role may touch ciphertext. Writes one audit entry with the names.';
revoke execute on function private.read_run_secrets(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.read_run_secrets(uuid, text[]) to service_role;

create function public.resolve_run_secrets(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'secrets', private.read_run_secrets(
      (request ->> 'run_id')::uuid,
      array[request ->> 'encryption_key', request ->> 'previous_encryption_key']
    )
  );
end;
$$;
comment on function public.resolve_run_secrets(jsonb) is
  'Request {run_id, encryption_key, previous_encryption_key}: either key reads; answers {secrets}, the plain values for one run.';
revoke execute on function public.resolve_run_secrets(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.resolve_run_secrets(jsonb) to service_role;
