-- Test suites: ordered groups of test cases in a project.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.test_suites (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  name text not null,
  description text,
  order_index integer not null default 0,
  enabled boolean not null default true,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_suites_pkey primary key (id),
  constraint test_suites_organization_id_project_id_id_key unique (organization_id, project_id, id),
  constraint test_suites_project_id_name_key unique (project_id, name),
  constraint test_suites_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint test_suites_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint test_suites_name_check check (char_length(name) between 1 and 200),
  constraint test_suites_description_check check (char_length(description) <= 5000)
);
comment on table public.test_suites is 'An ordered group of test cases in a project.';
comment on column public.test_suites.order_index is 'Place among its siblings, ascending; equal ones by name.';
create index test_suites_created_by_idx on public.test_suites (created_by);

alter table public.test_suites enable row level security;
revoke all on table public.test_suites from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_suites to authenticated;
grant select, insert, update, delete on table public.test_suites to service_role;

create policy test_suites_select_member on public.test_suites
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_suites_select_member on public.test_suites is 'Members read the suites of their organizations.';

create policy test_suites_insert_editor on public.test_suites
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_suites_insert_editor on public.test_suites is 'Editors create the suites of their organizations.';

create policy test_suites_update_editor on public.test_suites
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_suites_update_editor on public.test_suites is 'Editors change the suites of their organizations.';

create policy test_suites_delete_editor on public.test_suites
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_suites_delete_editor on public.test_suites is 'Editors delete the suites of their organizations.';

create trigger test_suites_inherit_tenant
  before insert on public.test_suites
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger test_suites_inherit_tenant on public.test_suites is 'Takes organization_id from the row in projects.';

create trigger test_suites_set_creator
  before insert on public.test_suites
  for each row execute function private.set_creator('created_by');
comment on trigger test_suites_set_creator on public.test_suites is 'Records who made the row.';

create trigger test_suites_protect_columns
  before update on public.test_suites
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'created_by', 'created_at');
comment on trigger test_suites_protect_columns on public.test_suites is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_suites_set_updated_at
  before update on public.test_suites
  for each row execute function private.set_updated_at();
comment on trigger test_suites_set_updated_at on public.test_suites is 'Keeps updated_at current.';
