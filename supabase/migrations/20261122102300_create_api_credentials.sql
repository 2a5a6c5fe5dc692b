-- API credentials: how a person authenticates against the API under test.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.api_credentials (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid not null default auth.uid(),
  credential_name text not null,
  credential_type text not null,
  key_id text,
  token_expires_at timestamptz,
  oauth_scope text,
  key_secret_value_id uuid,
  token_value_id uuid,
  oauth_refresh_token_value_id uuid,
  key_secret_last_four text,
  token_last_four text,
  oauth_refresh_token_last_four text,
  secrets_set_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint api_credentials_pkey primary key (id),
  constraint api_credentials_user_id_credential_name_key unique (organization_id, user_id, credential_name),
  constraint api_credentials_user_id_fkey foreign key (organization_id, user_id)
    references public.organization_members (organization_id, user_id) on delete cascade,
  constraint api_credentials_key_secret_value_id_fkey foreign key (organization_id, key_secret_value_id)
    references private.secret_values (organization_id, id) on delete set null (key_secret_value_id),
  constraint api_credentials_token_value_id_fkey foreign key (organization_id, token_value_id)
    references private.secret_values (organization_id, id) on delete set null (token_value_id),
  constraint api_credentials_oauth_refresh_token_value_id_fkey
    foreign key (organization_id, oauth_refresh_token_value_id)
    references private.secret_values (organization_id, id) on delete set null (oauth_refresh_token_value_id),
  constraint api_credentials_credential_name_check check (char_length(credential_name) between 1 and 200),
  constraint api_credentials_credential_type_check check (
    credential_type in ('api-key', 'bearer-token', 'basic-auth', 'oauth2', 'jwt-hs256', 'aws-sigv4', 'mtls')
  ),
  constraint api_credentials_key_id_check check (char_length(key_id) <= 500),
  constraint api_credentials_oauth_scope_check check (char_length(oauth_scope) <= 2000),
  constraint api_credentials_last_four_check check (
    char_length(key_secret_last_four) <= 4 and char_length(token_last_four) <= 4
    and char_length(oauth_refresh_token_last_four) <= 4
  )
);
comment on table public.api_credentials is 'How a person authenticates against the API under test; secret parts live in private.secret_values.';
comment on column public.api_credentials.user_id is 'Whose it is, and the only one who sets its secret parts.';
comment on column public.api_credentials.key_secret_last_four is 'Last characters of a part of at least 12 characters, to recognise it by.';
comment on column public.api_credentials.secrets_set_at is 'When the secret parts were set last; null while there are none.';
create index idx_api_credentials_user_id on public.api_credentials (user_id);
create index api_credentials_key_secret_value_id_idx
  on public.api_credentials (organization_id, key_secret_value_id);
create index api_credentials_token_value_id_idx on public.api_credentials (organization_id, token_value_id);
create index api_credentials_oauth_refresh_token_value_id_idx
  on public.api_credentials (organization_id, oauth_refresh_token_value_id);

alter table public.api_credentials enable row level security;
revoke all on table public.api_credentials from public, anon, authenticated, service_role;
grant select, delete on table public.api_credentials to authenticated;
grant insert (id, organization_id, user_id, credential_name, credential_type, key_id, token_expires_at, oauth_scope) on table public.api_credentials to authenticated;
grant update (id, organization_id, user_id, credential_name, credential_type, key_id, token_expires_at, oauth_scope) on table public.api_credentials to authenticated;
grant select, insert, update, delete on table public.api_credentials to service_role;

create policy api_credentials_select_self on public.api_credentials
  for select to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy api_credentials_select_self on public.api_credentials is 'People read their own credentials, in organizations they belong to.';

create policy api_credentials_insert_self on public.api_credentials
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy api_credentials_insert_self on public.api_credentials is 'People create their own credentials, in organizations they belong to.';

create policy api_credentials_update_self on public.api_credentials
  for update to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  )
  with check (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy api_credentials_update_self on public.api_credentials is 'People change their own credentials, in organizations they belong to.';

create policy api_credentials_delete_self on public.api_credentials
  for delete to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy api_credentials_delete_self on public.api_credentials is 'People delete their own credentials, in organizations they belong to.';

create trigger api_credentials_set_creator
  before insert on public.api_credentials
  for each row execute function private.set_creator('user_id');
comment on trigger api_credentials_set_creator on public.api_credentials is 'Records who made the row.';

create trigger api_credentials_protect_columns
  before update on public.api_credentials
  for each row execute function private.protect_columns('id', 'organization_id', 'user_id', 'created_at');
comment on trigger api_credentials_protect_columns on public.api_credentials is 'Refuses that a user changes who or what the row belongs to.';

create function private.delete_unused_credential_secrets()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.secret_values
  where id in (old.key_secret_value_id, old.token_value_id, old.oauth_refresh_token_value_id)
    and (
      tg_op = 'DELETE'
      or id not in (
        select kept.id
        from unnest(array[new.key_secret_value_id, new.token_value_id, new.oauth_refresh_token_value_id]) as kept (id)
        where kept.id is not null
      )
    );
  return null;
end;
$$;
comment on function private.delete_unused_credential_secrets() is
  'Definer: no API role may touch ciphertext.';
revoke execute on function private.delete_unused_credential_secrets() from public, anon, authenticated, service_role;

create trigger api_credentials_delete_unused_secrets
  after update or delete on public.api_credentials
  for each row execute function private.delete_unused_credential_secrets();
comment on trigger api_credentials_delete_unused_secrets on public.api_credentials is 'Deletes the ciphertext with the last reference to it.';

create trigger api_credentials_set_updated_at
  before update on public.api_credentials
  for each row execute function private.set_updated_at();
comment on trigger api_credentials_set_updated_at on public.api_credentials is 'Keeps updated_at current.';
