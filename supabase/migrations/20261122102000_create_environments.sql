-- Environments: where a run points.
-- Risk: none, new table only. Pair: environment_variables.
set lock_timeout = '5s';

create table public.environments (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  name text not null,
  description text,
  base_url text not null,
  order_index integer not null default 0,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint environments_pkey primary key (id),
  constraint environments_organization_id_id_key unique (organization_id, id),
  constraint environments_organization_id_project_id_id_key unique (organization_id, project_id, id),
  constraint environments_project_id_name_key unique (project_id, name),
  constraint environments_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint environments_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint environments_name_check check (char_length(name) between 1 and 200),
  constraint environments_description_check check (char_length(description) <= 5000),
  constraint environments_base_url_check check (base_url ~ '^https?://' and char_length(base_url) <= 2048)
);
comment on table public.environments is 'Where a run points: a base URL and its variables.';
comment on column public.environments.order_index is 'Place among its siblings, ascending; equal ones by name.';
create index environments_created_by_idx on public.environments (created_by);

alter table public.environments enable row level security;
revoke all on table public.environments from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.environments to authenticated;
grant select, insert, update, delete on table public.environments to service_role;

create policy environments_select_member on public.environments
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy environments_select_member on public.environments is 'Members read the environments of their organizations.';

create policy environments_insert_admin on public.environments
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environments_insert_admin on public.environments is 'Admins create the environments of their organizations.';

create policy environments_update_admin on public.environments
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environments_update_admin on public.environments is 'Admins change the environments of their organizations.';

create policy environments_delete_admin on public.environments
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy environments_delete_admin on public.environments is 'Admins delete the environments of their organizations.';

create trigger environments_inherit_tenant
  before insert on public.environments
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger environments_inherit_tenant on public.environments is 'Takes organization_id from the row in projects.';

create trigger environments_set_creator
  before insert on public.environments
  for each row execute function private.set_creator('created_by');
comment on trigger environments_set_creator on public.environments is 'Records who made the row.';

create trigger environments_protect_columns
  before update on public.environments
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'created_by', 'created_at');
comment on trigger environments_protect_columns on public.environments is 'Refuses that a user changes who or what the row belongs to.';

create trigger environments_set_updated_at
  before update on public.environments
  for each row execute function private.set_updated_at();
comment on trigger environments_set_updated_at on public.environments is 'Keeps updated_at current.';
