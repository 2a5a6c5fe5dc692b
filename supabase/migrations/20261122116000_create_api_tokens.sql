-- API tokens: what machines sign in with; row-level security decides what each of them may do.
-- Risk: private.my_orgs, which nearly every policy asks, also looks at the caller's token from now on.
set lock_timeout = '5s';

create table public.api_tokens (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid,
  user_id uuid not null default auth.uid(),
  name text not null,
  scope text not null,
  kind text not null default 'personal',
  last_four text,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint api_tokens_pkey primary key (id),
  constraint api_tokens_organization_id_id_key unique (organization_id, id),
  constraint api_tokens_user_id_fkey foreign key (organization_id, user_id)
    references public.organization_members (organization_id, user_id) on delete cascade,
  constraint api_tokens_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint api_tokens_name_check check (char_length(name) between 1 and 200),
  constraint api_tokens_scope_check check (scope in ('read', 'run', 'write')),
  constraint api_tokens_kind_check check (kind in ('personal', 'hook')),
  constraint api_tokens_last_four_check check (char_length(last_four) <= 4),
  -- Hours and not days or years, whose length would depend on the time zone of the session.
  constraint api_tokens_expires_at_check check (
    kind = 'hook' or (expires_at is not null and expires_at <= created_at + interval '8784 hours')
  )
);
comment on table public.api_tokens is 'What a machine acts with for a member, with at most their rights; the secret is known to nobody but its holder.';
comment on column public.api_tokens.user_id is 'Whose rights it has, at most; it goes when they leave the organization.';
comment on column public.api_tokens.project_id is 'The one project that it reaches; null for all of the organization.';
comment on column public.api_tokens.scope is 'What it may do: read; also start and cancel runs; also change tests as an editor.';
comment on column public.api_tokens.kind is 'A token of a hook has no secret, and only the service sees it and acts with it.';
comment on column public.api_tokens.last_four is 'Last characters of the secret, to recognise it by.';
comment on column public.api_tokens.expires_at is 'At most a year after it was made; null for a hook, which lives as long as the hook.';
comment on column public.api_tokens.last_used_at is 'When it was last exchanged for an access token, to within a minute.';
create index api_tokens_user_id_idx on public.api_tokens (organization_id, user_id);
create index api_tokens_project_id_idx on public.api_tokens (organization_id, project_id);

create table private.api_token_digests (
  api_token_id uuid not null,
  digest bytea not null,
  constraint api_token_digests_pkey primary key (api_token_id),
  constraint api_token_digests_digest_key unique (digest),
  constraint api_token_digests_api_token_id_fkey foreign key (api_token_id)
    references public.api_tokens (id) on delete cascade,
  constraint api_token_digests_digest_check check (octet_length(digest) = 32)
);
comment on table private.api_token_digests is 'By what a secret is recognised; no API role has rights here, not even the service.';
comment on column private.api_token_digests.digest is 'SHA-256 of a secret of 256 random bits: nothing slower is needed for what cannot be guessed.';
alter table private.api_token_digests enable row level security;
revoke all on table private.api_token_digests from public, anon, authenticated, service_role;

create function private.my_token_id()
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (auth.jwt() ->> 'api_token')::uuid;
end;
$$;
comment on function private.my_token_id() is
  'The API token that the caller acts with; null for a person. Ask it in a policy wherever machines have no business.';
revoke execute on function private.my_token_id() from public, anon, authenticated, service_role;
grant execute on function private.my_token_id() to authenticated, service_role;

create function private.my_token()
returns public.api_tokens
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  token public.api_tokens;
begin
  select * into token from public.api_tokens as stored
  where stored.id = private.my_token_id() and stored.user_id = auth.uid() and stored.revoked_at is null
    and coalesce(stored.expires_at > now(), stored.kind = 'hook');
  return token;
end;
$$;
comment on function private.my_token() is
  'The valid API token that the caller acts with; all null for a person or without one. Definer: tokens do not read tokens.';
revoke execute on function private.my_token() from public, anon, authenticated, service_role;

create function private.my_token_project()
returns uuid
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  if private.my_token_id() is null then
    return null;
  end if;
  return (private.my_token()).project_id;
end;
$$;
comment on function private.my_token_project() is
  'The one project that the caller''s token reaches; null for a person and for a token of a whole organization. Definer as private.my_token.';
revoke execute on function private.my_token_project() from public, anon, authenticated, service_role;
grant execute on function private.my_token_project() to authenticated, service_role;

create or replace function private.my_orgs(minimum_role public.organization_role default 'viewer')
returns setof uuid
language plpgsql
stable security definer rows 10
set search_path = ''
as $$
begin
  if private.my_token_id() is null then
    return query
    select member.organization_id
    from public.organization_members as member
    where member.user_id = auth.uid() and member.role >= minimum_role;
  else
    return query
    select member.organization_id
    from private.my_token() as token
    inner join public.organization_members as member
      on member.organization_id = token.organization_id and member.user_id = token.user_id
    where member.role >= minimum_role
      and minimum_role <= case token.scope when 'write' then 'editor' else 'viewer' end::public.organization_role;
  end if;
end;
$$;
comment on function private.my_orgs(public.organization_role) is
  'Organizations in which the caller has at least this role; a token is at most an editor of one. Definer: policies on members must not recurse.';

create function private.my_run_orgs()
returns setof uuid
language plpgsql
stable security definer rows 10
set search_path = ''
as $$
begin
  if private.my_token_id() is null then
    return query select private.my_orgs('editor');
  else
    return query
    select member.organization_id
    from private.my_token() as token
    inner join public.organization_members as member
      on member.organization_id = token.organization_id and member.user_id = token.user_id
    where member.role >= 'editor' and token.scope in ('run', 'write');
  end if;
end;
$$;
comment on function private.my_run_orgs() is
  'Organizations in which the caller starts and cancels runs: editors, and their tokens that may. Definer as private.my_orgs.';
revoke execute on function private.my_run_orgs() from public, anon, authenticated, service_role;
grant execute on function private.my_run_orgs() to authenticated, service_role;

create or replace function private.my_peers()
returns setof uuid
language sql
stable security definer rows 50
set search_path = ''
as $$
  -- A token that is no longer valid does not even know whose it was.
  select (select auth.uid()) where private.my_token_id() is null
  union
  select member.user_id
  from public.organization_members as member
  where member.organization_id = any (array(select private.my_orgs('viewer')))
$$;

alter table public.api_tokens enable row level security;
revoke all on table public.api_tokens from public, anon, authenticated, service_role;
grant select, delete on table public.api_tokens to authenticated;
grant insert (id, organization_id, project_id, user_id, name, scope, last_four, expires_at) on table public.api_tokens to authenticated;
grant update (name, revoked_at) on table public.api_tokens to authenticated;
grant select, insert, update, delete on table public.api_tokens to service_role;

create policy api_tokens_select_self_or_admin on public.api_tokens
  for select to authenticated
  using (
    kind = 'personal'
    and organization_id = any (array(select private.my_orgs('viewer')))
    and (user_id = (select auth.uid()) or organization_id = any (array(select private.my_orgs('admin'))))
  );
comment on policy api_tokens_select_self_or_admin on public.api_tokens is 'People see their own tokens, admins those of their organizations.';

create policy api_tokens_insert_self on public.api_tokens
  for insert to authenticated
  with check (
    kind = 'personal' and user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('editor')))
  );
comment on policy api_tokens_insert_self on public.api_tokens is 'Editors make tokens of their own.';

create policy api_tokens_update_self_or_admin on public.api_tokens
  for update to authenticated
  using (
    kind = 'personal'
    and organization_id = any (array(select private.my_orgs('viewer')))
    and (user_id = (select auth.uid()) or organization_id = any (array(select private.my_orgs('admin'))))
  )
  with check (
    kind = 'personal'
    and organization_id = any (array(select private.my_orgs('viewer')))
    and (user_id = (select auth.uid()) or organization_id = any (array(select private.my_orgs('admin'))))
  );
comment on policy api_tokens_update_self_or_admin on public.api_tokens is 'People rename and revoke their own tokens, admins those of their organizations.';

create policy api_tokens_delete_self_or_admin on public.api_tokens
  for delete to authenticated
  using (
    kind = 'personal'
    and organization_id = any (array(select private.my_orgs('viewer')))
    and (user_id = (select auth.uid()) or organization_id = any (array(select private.my_orgs('admin'))))
  );
comment on policy api_tokens_delete_self_or_admin on public.api_tokens is 'People remove their own tokens, admins those of their organizations.';

create policy api_tokens_refuse_tokens on public.api_tokens
  as restrictive for all to authenticated
  using ((select private.my_token_id()) is null);
comment on policy api_tokens_refuse_tokens on public.api_tokens is 'Tokens do not manage tokens.';

create trigger api_tokens_set_creator
  before insert on public.api_tokens
  for each row execute function private.set_creator('user_id');
comment on trigger api_tokens_set_creator on public.api_tokens is 'Records who made the row.';

create trigger api_tokens_protect_columns
  before update on public.api_tokens
  for each row execute function private.protect_columns(
    'id', 'organization_id', 'project_id', 'user_id', 'scope', 'kind', 'last_four', 'expires_at', 'last_used_at', 'created_at'
  );
comment on trigger api_tokens_protect_columns on public.api_tokens is 'Refuses that a user changes who or what the row belongs to.';

create function private.keep_revoked()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null or new.revoked_at > now() then
    new.revoked_at := least(old.revoked_at, now());
  end if;
  return new;
end;
$$;
comment on function private.keep_revoked() is
  'What is revoked stays so, and is so at once.';
revoke execute on function private.keep_revoked() from public, anon, authenticated, service_role;

create trigger api_tokens_keep_revoked
  before update of revoked_at on public.api_tokens
  for each row execute function private.keep_revoked();
comment on trigger api_tokens_keep_revoked on public.api_tokens is 'A revoked token cannot be brought back.';

create trigger api_tokens_set_updated_at
  before update on public.api_tokens
  for each row
  when (old.last_used_at is not distinct from new.last_used_at) execute function private.set_updated_at();
comment on trigger api_tokens_set_updated_at on public.api_tokens is 'Keeps updated_at current; being used is no change.';

create or replace function private.changed_columns(row_value jsonb, other_value jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(pair.key, pair.value), '{}')
  from jsonb_each(row_value) as pair
  where pair.key not in ('updated_at', 'revision', 'last_used_at') and pair.value is distinct from other_value -> pair.key
$$;
comment on function private.changed_columns(jsonb, jsonb) is
  'The columns of a row that differ from the other one; being used is no change.';

create trigger api_tokens_audit
  after insert or update or delete on public.api_tokens
  for each row execute function private.audit_change();
comment on trigger api_tokens_audit on public.api_tokens is 'Logs every change.';
