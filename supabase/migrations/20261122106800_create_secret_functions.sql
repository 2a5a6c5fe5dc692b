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

create function private.put_variable_secret(variable_id uuid, value text, encryption_key text, acting_user_id uuid)
returns public.environment_variables
language plpgsql
security definer
set search_path = ''
as $$
declare
  variable public.environment_variables;
  secret_id uuid;
begin
  select * into variable from public.environment_variables as existing
  where existing.id = put_variable_secret.variable_id for update;
  if variable.id is null or not variable.is_secret then
    perform private.refuse('404', 'secret variable not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, variable.organization_id, 'admin') then
    perform private.refuse('403', 'admins set secrets', null, 'forbidden');
  end if;
  if value is null or octet_length(value) not between 1 and 65536 then
    perform private.refuse('422', 'secret rejected', 'a secret has 1 to 65536 bytes', 'secret_rejected');
  end if;
  secret_id := coalesce(variable.secret_value_id, gen_random_uuid());
  insert into private.secret_values as existing (id, organization_id, ciphertext)
  values (secret_id, variable.organization_id, private.encrypt_secret(secret_id, 1, value, encryption_key))
  on conflict (id) do update
  set ciphertext = excluded.ciphertext, key_version = excluded.key_version, updated_at = now();
  update public.environment_variables as existing set
    secret_value_id = secret_id,
    value_last_four = case when char_length(put_variable_secret.value) >= 12 then right(put_variable_secret.value, 4) end,
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

create function private.read_run_secrets(run_id uuid, encryption_key text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
  secrets jsonb;
begin
  perform private.check_encryption_key(encryption_key);
  select * into run from public.test_runs where id = read_run_secrets.run_id;
  if run.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  select coalesce(
    jsonb_object_agg(variable.key, private.decrypt_secret(secret, read_run_secrets.encryption_key)), '{}'
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
comment on function private.read_run_secrets(uuid, text) is
  'Definer: no API role may touch ciphertext. Writes one audit entry with the names.';
revoke execute on function private.read_run_secrets(uuid, text) from public, anon, authenticated, service_role;
grant execute on function private.read_run_secrets(uuid, text) to service_role;

create function public.resolve_run_secrets(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'secrets', private.read_run_secrets((request ->> 'run_id')::uuid, request ->> 'encryption_key')
  );
end;
$$;
comment on function public.resolve_run_secrets(jsonb) is
  'Request {run_id, encryption_key}; answers {secrets}, the plain values for one run.';
revoke execute on function public.resolve_run_secrets(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.resolve_run_secrets(jsonb) to service_role;
