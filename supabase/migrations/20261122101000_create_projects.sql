-- Projects: one API or product under test.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.projects (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  name text not null,
  description text,
  base_url text,
  status text not null default 'active',
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint projects_pkey primary key (id),
  constraint projects_organization_id_id_key unique (organization_id, id),
  constraint projects_organization_id_name_key unique (organization_id, name),
  constraint projects_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint projects_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint projects_name_check check (char_length(name) between 1 and 200),
  constraint projects_description_check check (char_length(description) <= 5000),
  constraint projects_base_url_check check (base_url ~ '^https?://' and char_length(base_url) <= 2048),
  constraint projects_status_check check (status in ('active', 'archived', 'inactive'))
);
comment on table public.projects is 'One API or product under test.';
create index projects_created_by_idx on public.projects (created_by);

alter table public.projects enable row level security;
revoke all on table public.projects from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.projects to authenticated;
grant select, insert, update, delete on table public.projects to service_role;

create policy projects_select_member on public.projects
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy projects_select_member on public.projects is 'Members read the projects of their organizations.';

create policy projects_insert_editor on public.projects
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy projects_insert_editor on public.projects is 'Editors create the projects of their organizations.';

create policy projects_update_editor on public.projects
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy projects_update_editor on public.projects is 'Editors change the projects of their organizations.';

create policy projects_delete_editor on public.projects
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy projects_delete_editor on public.projects is 'Editors delete the projects of their organizations.';

create trigger projects_set_creator
  before insert on public.projects
  for each row execute function private.set_creator('created_by');
comment on trigger projects_set_creator on public.projects is 'Records who made the row.';

create trigger projects_protect_columns
  before update on public.projects
  for each row execute function private.protect_columns('id', 'organization_id', 'created_by', 'created_at');
comment on trigger projects_protect_columns on public.projects is 'Refuses that a user changes who or what the row belongs to.';

create trigger projects_set_updated_at
  before update on public.projects
  for each row execute function private.set_updated_at();
comment on trigger projects_set_updated_at on public.projects is 'Keeps updated_at current.';
