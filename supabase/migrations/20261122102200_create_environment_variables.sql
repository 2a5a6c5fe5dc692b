-- Environment variables: values of an environment, plain or secret.
-- Risk: none, new table only. Pair: store_secret_values.
set lock_timeout = '5s';

create table public.environment_variables (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  environment_id uuid not null,
  key text not null,
  value text,
  is_secret boolean not null default false,
  secret_value_id uuid,
  value_last_four text,
  value_set_at timestamptz,
  value_set_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint environment_variables_pkey primary key (id),
  constraint environment_variables_environment_id_key_key unique (environment_id, key),
  constraint environment_variables_environment_id_fkey foreign key (organization_id, environment_id)
    references public.environments (organization_id, id) on delete cascade,
  constraint environment_variables_secret_value_id_fkey foreign key (organization_id, secret_value_id)
    references private.secret_values (organization_id, id) on delete set null (secret_value_id),
  constraint environment_variables_value_set_by_fkey foreign key (value_set_by)
    references public.users (id) on delete set null,
  constraint environment_variables_key_check check (key ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$'),
  constraint environment_variables_value_check check (octet_length(value) <= 65536),
  constraint environment_variables_secret_check
    check ((is_secret and value is null) or (not is_secret and value is not null and secret_value_id is null)),
  constraint environment_variables_value_last_four_check check (char_length(value_last_four) <= 4)
);
comment on table public.environment_variables is 'A named value of an environment; the value of a secret lives in private.secret_values.';
comment on column public.environment_variables.value is 'Null when secret.';
comment on column public.environment_variables.value_last_four is 'Last characters of a secret of at least 12 characters, to recognise it by.';
create index environment_variables_organization_id_environment_id_idx
  on public.environment_variables (organization_id, environment_id);
create index environment_variables_secret_value_id_idx
  on public.environment_variables (organization_id, secret_value_id);
create index environment_variables_value_set_by_idx on public.environment_variables (value_set_by);

alter table public.environment_variables enable row level security;
revoke all on table public.environment_variables from public, anon, authenticated, service_role;
grant select, delete on table public.environment_variables to authenticated;
grant insert (id, organization_id, environment_id, key, value, is_secret) on table public.environment_variables to authenticated;
grant update (id, organization_id, environment_id, key, value, is_secret) on table public.environment_variables to authenticated;
grant select, insert, update, delete on table public.environment_variables to service_role;

create policy environment_variables_select_member on public.environment_variables
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy environment_variables_select_member on public.environment_variables is 'Members read the variables of their organizations.';

create policy environment_variables_insert_admin on public.environment_variables
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environment_variables_insert_admin on public.environment_variables is 'Admins create the variables of their organizations.';

create policy environment_variables_update_admin on public.environment_variables
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environment_variables_update_admin on public.environment_variables is 'Admins change the variables of their organizations.';

create policy environment_variables_delete_admin on public.environment_variables
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environment_variables_delete_admin on public.environment_variables is 'Admins delete the variables of their organizations.';

create trigger environment_variables_inherit_tenant
  before insert on public.environment_variables
  for each row execute function private.inherit_from_parent('environments', 'environment_id', 'organization_id');
comment on trigger environment_variables_inherit_tenant on public.environment_variables is 'Takes organization_id from the row in environments.';

create trigger environment_variables_protect_columns
  before update on public.environment_variables
  for each row execute function private.protect_columns('id', 'organization_id', 'environment_id', 'created_at');
comment on trigger environment_variables_protect_columns on public.environment_variables is 'Refuses that a user changes who or what the row belongs to.';

create function private.forget_plain_variable_secret()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not new.is_secret then
    new.secret_value_id := null;
    new.value_last_four := null;
    new.value_set_at := null;
    new.value_set_by := null;
  end if;
  return new;
end;
$$;
comment on function private.forget_plain_variable_secret() is
  'A variable that is no secret any more keeps nothing of it.';
revoke execute on function private.forget_plain_variable_secret() from public, anon, authenticated, service_role;

create trigger environment_variables_forget_secret
  before insert or update on public.environment_variables
  for each row execute function private.forget_plain_variable_secret();
comment on trigger environment_variables_forget_secret on public.environment_variables is 'A variable that is no secret keeps nothing of one.';

create function private.delete_unused_secret()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' or new.secret_value_id is distinct from old.secret_value_id then
    delete from private.secret_values where id = old.secret_value_id;
  end if;
  return null;
end;
$$;
comment on function private.delete_unused_secret() is
  'Definer: no API role may touch ciphertext.';
revoke execute on function private.delete_unused_secret() from public, anon, authenticated, service_role;

create trigger environment_variables_delete_unused_secret
  after update or delete on public.environment_variables
  for each row
  when (old.secret_value_id is not null) execute function private.delete_unused_secret();
comment on trigger environment_variables_delete_unused_secret on public.environment_variables is 'Deletes the ciphertext with the last reference to it.';

create trigger environment_variables_set_updated_at
  before update on public.environment_variables
  for each row execute function private.set_updated_at();
comment on trigger environment_variables_set_updated_at on public.environment_variables is 'Keeps updated_at current.';
