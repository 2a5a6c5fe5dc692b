-- Hooks: runs that other services start with signed deliveries.
-- Risk: none, new table only. Pair: create_hook_deliveries.
set lock_timeout = '5s';

create table public.hooks (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  environment_id uuid not null,
  name text not null,
  enabled boolean not null default true,
  signature jsonb not null,
  conditions jsonb not null default '[]',
  mapping jsonb not null default '{}',
  selection jsonb not null default '{}',
  options jsonb not null default '{}',
  variables jsonb not null default '{}',
  redacted_paths jsonb not null default '[]',
  replay_window_seconds integer,
  api_token_id uuid,
  secret_value_id uuid,
  previous_secret_value_id uuid,
  previous_secret_expires_at timestamptz,
  secret_last_four text,
  secret_set_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint hooks_pkey primary key (id),
  constraint hooks_organization_id_id_key unique (organization_id, id),
  constraint hooks_project_id_name_key unique (project_id, name),
  constraint hooks_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint hooks_environment_id_fkey foreign key (organization_id, project_id, environment_id)
    references public.environments (organization_id, project_id, id) on delete cascade,
  constraint hooks_api_token_id_fkey foreign key (organization_id, api_token_id)
    references public.api_tokens (organization_id, id) on delete set null (api_token_id),
  constraint hooks_secret_value_id_fkey foreign key (organization_id, secret_value_id)
    references private.secret_values (organization_id, id) on delete set null (secret_value_id),
  constraint hooks_previous_secret_value_id_fkey foreign key (organization_id, previous_secret_value_id)
    references private.secret_values (organization_id, id) on delete set null (previous_secret_value_id),
  constraint hooks_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint hooks_name_check check (char_length(name) between 1 and 200),
  constraint hooks_signature_check check (
    jsonb_typeof(signature) = 'object' and pg_column_size(signature) <= 4096
    and coalesce(signature ->> 'scheme' in ('standard', 'github', 'gitlab', 'hmac', 'supabase'), false)
  ),
  constraint hooks_conditions_check
    check (jsonb_typeof(conditions) = 'array' and pg_column_size(conditions) <= 65536),
  constraint hooks_mapping_check check (jsonb_typeof(mapping) = 'object' and pg_column_size(mapping) <= 65536),
  constraint hooks_selection_check
    check (jsonb_typeof(selection) = 'object' and pg_column_size(selection) <= 262144),
  constraint hooks_options_check check (jsonb_typeof(options) = 'object' and pg_column_size(options) <= 65536),
  constraint hooks_variables_check
    check (jsonb_typeof(variables) = 'object' and pg_column_size(variables) <= 262144),
  constraint hooks_redacted_paths_check
    check (jsonb_typeof(redacted_paths) = 'array' and pg_column_size(redacted_paths) <= 65536),
  constraint hooks_replay_window_seconds_check check (replay_window_seconds between 0 and 2592000),
  constraint hooks_secret_last_four_check check (char_length(secret_last_four) <= 4)
);
comment on table public.hooks is 'What lets another service start a run, and which one; the secrets live in private.secret_values.';
comment on column public.hooks.signature is 'The scheme that deliveries are signed with, and its settings.';
comment on column public.hooks.conditions is 'What the payload or the headers must hold for a run to start.';
comment on column public.hooks.mapping is 'JSONPaths into the payload, by the field of the run that they fill.';
comment on column public.hooks.selection is 'Which tests its runs select; without anything, all of the project.';
comment on column public.hooks.options is 'How its runs are executed.';
comment on column public.hooks.variables is 'What takes the place of variables of the environment in its runs.';
comment on column public.hooks.redacted_paths is 'JSONPaths of what is masked in logged payloads.';
comment on column public.hooks.replay_window_seconds is
  'For how long equal content is the same delivery where ids are not signed; null: as the scheme says.';
comment on column public.hooks.api_token_id is 'In whose name runs start; null when the member has left or the token was removed.';
comment on column public.hooks.previous_secret_expires_at is 'Until then the secret before the present one is accepted, too.';
comment on column public.hooks.secret_last_four is 'Last characters of the secret, to recognise it by.';
create index hooks_project_id_idx on public.hooks (organization_id, project_id, name);
create index hooks_environment_id_idx on public.hooks (organization_id, project_id, environment_id);
create index hooks_api_token_id_idx on public.hooks (organization_id, api_token_id);
create index hooks_secret_value_id_idx on public.hooks (organization_id, secret_value_id);
create index hooks_previous_secret_value_id_idx on public.hooks (organization_id, previous_secret_value_id);
create index hooks_created_by_idx on public.hooks (created_by);

alter table public.hooks enable row level security;
revoke all on table public.hooks from public, anon, authenticated, service_role;
grant select, delete on table public.hooks to authenticated;
grant insert (
  id, organization_id, project_id, environment_id, name, enabled, signature, conditions, mapping, selection, options,
  variables, redacted_paths, replay_window_seconds
) on table public.hooks to authenticated;
grant update (
  environment_id, name, enabled, signature, conditions, mapping, selection, options, variables, redacted_paths,
  replay_window_seconds
) on table public.hooks to authenticated;
grant select, insert, update, delete on table public.hooks to service_role;

create policy hooks_select_member on public.hooks
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy hooks_select_member on public.hooks is 'Members read the hooks of their organizations.';

create policy hooks_insert_admin on public.hooks
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy hooks_insert_admin on public.hooks is 'Admins create the hooks of their organizations.';

create policy hooks_update_admin on public.hooks
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy hooks_update_admin on public.hooks is 'Admins change the hooks of their organizations.';

create policy hooks_delete_admin on public.hooks
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy hooks_delete_admin on public.hooks is 'Admins delete the hooks of their organizations.';

create policy hooks_within_project_of_token on public.hooks
  as restrictive for all to authenticated
  using (coalesce(project_id = (select private.my_token_project()), true));
comment on policy hooks_within_project_of_token on public.hooks is 'A token that is bound to a project sees and writes nothing of another one.';

create trigger hooks_inherit_tenant
  before insert on public.hooks
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger hooks_inherit_tenant on public.hooks is 'Takes organization_id from the row in projects.';

create function private.give_hook_token(organization_id uuid, project_id uuid, name text)
returns uuid
language sql
security definer
set search_path = ''
as $$
  insert into public.api_tokens (organization_id, project_id, user_id, name, scope, kind)
  values (organization_id, project_id, (select auth.uid()), 'Hook ' || left(name, 190), 'run', 'hook')
  returning id
$$;
comment on function private.give_hook_token(uuid, uuid, text) is
  'What a hook acts with for the caller: it starts runs in one project and has no secret. Definer: callers hand none out.';
revoke execute on function private.give_hook_token(uuid, uuid, text) from public, anon, authenticated, service_role;

create function private.own_hook_token()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- After hooks_inherit_tenant, in the order of their names.
  if (select auth.uid()) is not null then
    new.api_token_id := private.give_hook_token(new.organization_id, new.project_id, new.name);
  end if;
  return new;
end;
$$;
comment on function private.own_hook_token() is
  'Makes the member who creates a hook the one in whose name it starts runs. Definer as private.give_hook_token.';
revoke execute on function private.own_hook_token() from public, anon, authenticated, service_role;

create trigger hooks_own_token
  before insert on public.hooks
  for each row execute function private.own_hook_token();
comment on trigger hooks_own_token on public.hooks is 'Gives the hook a token of the member who creates it.';

create trigger hooks_set_creator
  before insert on public.hooks
  for each row execute function private.set_creator('created_by');
comment on trigger hooks_set_creator on public.hooks is 'Records who made the row.';

create trigger hooks_protect_columns
  before update on public.hooks
  for each row execute function private.protect_columns(
    'id', 'organization_id', 'project_id', 'api_token_id', 'secret_value_id', 'previous_secret_value_id',
    'previous_secret_expires_at', 'secret_last_four', 'secret_set_at', 'created_by', 'created_at'
  );
comment on trigger hooks_protect_columns on public.hooks is 'Refuses that a user changes who or what the row belongs to.';

create trigger hooks_set_updated_at
  before update on public.hooks
  for each row execute function private.set_updated_at();
comment on trigger hooks_set_updated_at on public.hooks is 'Keeps updated_at current.';

create trigger hooks_audit
  after insert or update or delete on public.hooks
  for each row execute function private.audit_change();
comment on trigger hooks_audit on public.hooks is 'Logs every change.';

create function private.forget_hook_belongings()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  kept_secrets uuid[] := '{}';
  kept_token uuid;
begin
  if tg_op = 'UPDATE' then
    kept_secrets := array[new.secret_value_id, new.previous_secret_value_id];
    kept_token := new.api_token_id;
  end if;
  delete from private.secret_values
  where id in (old.secret_value_id, old.previous_secret_value_id)
    and id <> all (array_remove(kept_secrets, null));
  delete from public.api_tokens
  where id = old.api_token_id and id is distinct from kept_token;
  return null;
end;
$$;
comment on function private.forget_hook_belongings() is
  'Deletes ciphertext and token with the last reference to them. Definer: no API role may touch either.';
revoke execute on function private.forget_hook_belongings() from public, anon, authenticated, service_role;

create trigger hooks_forget_belongings
  after update or delete on public.hooks
  for each row execute function private.forget_hook_belongings();
comment on trigger hooks_forget_belongings on public.hooks is 'A hook takes its secrets and its token along.';
