-- Making an API token, and finding whose it is when its holder shows the secret.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.keep_api_token_digest(token_id uuid, digest bytea)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.api_token_digests (api_token_id, digest)
  select token.id, keep_api_token_digest.digest
  from public.api_tokens as token
  where token.id = token_id and token.user_id = auth.uid() and token.kind = 'personal'
    and private.my_token_id() is null;
  if not found then
    perform private.refuse('404', 'API token not found', null, 'not_found');
  end if;
end;
$$;
comment on function private.keep_api_token_digest(uuid, bytea) is
  'Definer: no API role may touch digests. Once for a token of the caller.';
revoke execute on function private.keep_api_token_digest(uuid, bytea) from public, anon, authenticated, service_role;
grant execute on function private.keep_api_token_digest(uuid, bytea) to authenticated;

create function public.create_api_token(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  token public.api_tokens;
begin
  perform from public.organizations where id = (request ->> 'organization_id')::uuid;
  if not found then
    perform private.refuse('404', 'organization not found', null, 'not_found');
  end if;
  if request ->> 'project_id' is not null then
    perform from public.projects
    where id = (request ->> 'project_id')::uuid and organization_id = (request ->> 'organization_id')::uuid;
    if not found then
      perform private.refuse('404', 'project not found', null, 'not_found');
    end if;
  end if;
  insert into public.api_tokens (organization_id, project_id, name, scope, last_four, expires_at)
  values (
    (request ->> 'organization_id')::uuid, (request ->> 'project_id')::uuid, request ->> 'name',
    request ->> 'scope', request ->> 'last_four', now() + make_interval(hours => 24 * (request ->> 'expires_in_days')::integer)
  )
  returning * into token;
  perform private.keep_api_token_digest(token.id, decode(request ->> 'digest', 'hex'));
  return to_jsonb(token);
end;
$$;
comment on function public.create_api_token(jsonb) is
  'Request {organization_id, project_id, name, scope, expires_in_days, last_four, digest: SHA-256 of the secret in hexadecimal}; answers the token.';
revoke execute on function public.create_api_token(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.create_api_token(jsonb) to authenticated;

create function private.use_api_token(wanted_digest bytea)
returns public.api_tokens
language plpgsql
security definer
set search_path = ''
as $$
declare
  token public.api_tokens;
begin
  select stored.* into token
  from private.api_token_digests as known
  inner join public.api_tokens as stored on stored.id = known.api_token_id
  inner join auth.users as account on account.id = stored.user_id
  where known.digest = wanted_digest and stored.revoked_at is null and stored.expires_at > now()
    -- As JSON, because not every auth service has the column.
    and coalesce((to_jsonb(account) ->> 'banned_until')::timestamptz <= now(), true);
  if token.id is not null and coalesce(token.last_used_at < now() - interval '1 minute', true) then
    update public.api_tokens set last_used_at = now() where id = token.id;
  end if;
  return token;
end;
$$;
comment on function private.use_api_token(bytea) is
  'The valid token with this digest, or null; notes that it is used. Definer: no API role may touch digests.';
revoke execute on function private.use_api_token(bytea) from public, anon, authenticated, service_role;
grant execute on function private.use_api_token(bytea) to service_role;

create function public.use_api_token(request jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select jsonb_build_object('api_token_id', token.id, 'user_id', token.user_id)
  from private.use_api_token(decode(request ->> 'digest', 'hex')) as token
$$;
comment on function public.use_api_token(jsonb) is
  'Request {digest: SHA-256 of the secret in hexadecimal}; answers {api_token_id, user_id}, null for no valid token.';
revoke execute on function public.use_api_token(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.use_api_token(jsonb) to service_role;
