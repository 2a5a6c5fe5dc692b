-- Secrets of hooks: set and rotated for an admin, read by the service to verify a delivery.
-- Risk: a plain text is in memory of the server while the call lasts; nothing of it is logged.
set lock_timeout = '5s';

create function private.put_hook_secret(hook_id uuid, value text, overlap interval, encryption_key text, acting_user_id uuid)
returns public.hooks
language plpgsql
security definer
set search_path = ''
as $$
declare
  hook public.hooks;
  is_kept boolean;
begin
  perform private.begin_service_action('store_hook_secret', acting_user_id);
  select * into hook from public.hooks as existing where existing.id = put_hook_secret.hook_id for update;
  if hook.id is null then
    perform private.refuse('404', 'hook not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, hook.organization_id, 'admin') then
    perform private.refuse('403', 'admins set secrets', null, 'forbidden');
  end if;
  is_kept := hook.secret_value_id is not null and overlap > interval '0';
  update public.hooks as existing set
    secret_value_id = private.put_secret_value(null, hook.organization_id, put_hook_secret.value, encryption_key),
    previous_secret_value_id = case when is_kept then hook.secret_value_id end,
    previous_secret_expires_at = case when is_kept then now() + overlap end,
    secret_last_four = private.show_last_four(put_hook_secret.value),
    secret_set_at = now()
  where existing.id = hook.id
  returning * into hook;
  return hook;
end;
$$;
comment on function private.put_hook_secret(uuid, text, interval, text, uuid) is
  'Sets the secret and keeps the one before it for a while. Definer: no API role may touch ciphertext.';
revoke execute on function private.put_hook_secret(uuid, text, interval, text, uuid) from public, anon, authenticated, service_role;
grant execute on function private.put_hook_secret(uuid, text, interval, text, uuid) to service_role;

create function public.store_hook_secret(request jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select to_jsonb(private.put_hook_secret(
    (request ->> 'hook_id')::uuid, request ->> 'value',
    make_interval(secs => coalesce((request ->> 'overlap_seconds')::integer, 0)),
    request ->> 'encryption_key', (request ->> 'acting_user_id')::uuid
  ))
$$;
comment on function public.store_hook_secret(jsonb) is
  'Request {hook_id, value, overlap_seconds, encryption_key, acting_user_id}; answers the hook, which shows the end of the secret at most.';
revoke execute on function public.store_hook_secret(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.store_hook_secret(jsonb) to service_role;

create function private.read_hook(hook_id uuid, encryption_keys text[])
returns jsonb
language sql
security definer
set search_path = ''
as $$
  select to_jsonb(hook) || jsonb_build_object(
    'user_id', token.user_id,
    'secrets', (
      select coalesce(jsonb_agg(private.decrypt_secret(secret, encryption_keys)), '[]')
      from private.secret_values as secret
      where secret.id = hook.secret_value_id
        or (secret.id = hook.previous_secret_value_id and hook.previous_secret_expires_at > now())
    )
  )
  from public.hooks as hook
  left join public.api_tokens as token on token.id = hook.api_token_id and token.revoked_at is null
  where hook.id = read_hook.hook_id
$$;
comment on function private.read_hook(uuid, text[]) is
  'A hook with the secrets that are valid now. Definer: no API role may touch ciphertext. Deliveries are logged, so this is not audited.';
revoke execute on function private.read_hook(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.read_hook(uuid, text[]) to service_role;

create function public.open_hook(request jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select private.read_hook(
    (request ->> 'hook_id')::uuid, array[request ->> 'encryption_key', request ->> 'previous_encryption_key']
  )
$$;
comment on function public.open_hook(jsonb) is
  'Request {hook_id, encryption_key, previous_encryption_key}; answers the hook with its valid secrets and user_id, or null.';
revoke execute on function public.open_hook(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.open_hook(jsonb) to service_role;

create function private.hand_hook_to_caller(hook_id uuid)
returns public.hooks
language plpgsql
security definer
set search_path = ''
as $$
declare
  hook public.hooks;
begin
  select * into hook from public.hooks as existing
  where existing.id = hand_hook_to_caller.hook_id
    and existing.organization_id = any (array(select private.my_orgs('admin')))
  for no key update;
  if hook.id is null then
    perform private.refuse('403', 'admins take hooks over', null, 'forbidden');
  end if;
  update public.hooks as existing
  set api_token_id = private.give_hook_token(hook.organization_id, hook.project_id, hook.name)
  where existing.id = hook.id
  returning * into hook;
  return hook;
end;
$$;
comment on function private.hand_hook_to_caller(uuid) is
  'From now on the hook starts runs in the name of the caller, an admin. Definer as private.give_hook_token.';
revoke execute on function private.hand_hook_to_caller(uuid) from public, anon, authenticated, service_role;
grant execute on function private.hand_hook_to_caller(uuid) to authenticated;

create function public.take_over_hook(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  -- As the invoker: whoever does not see the hook learns nothing of it.
  perform from public.hooks where id = (request ->> 'hook_id')::uuid;
  if not found then
    perform private.refuse('404', 'hook not found', null, 'not_found');
  end if;
  return to_jsonb(private.hand_hook_to_caller((request ->> 'hook_id')::uuid));
end;
$$;
comment on function public.take_over_hook(jsonb) is
  'Request {hook_id}; answers the hook, which acts for the caller from now on.';
revoke execute on function public.take_over_hook(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.take_over_hook(jsonb) to authenticated;
