-- Dependencies: a dependent test runs after the test it requires has passed.
-- Risk: none, new table only. Pair: refuse_dependency_cycles.
set lock_timeout = '5s';

create table public.test_dependencies (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  dependent_test_id uuid not null,
  required_test_id uuid not null,
  dependency_type text not null default 'order',
  created_at timestamptz not null default now(),
  constraint test_dependencies_pkey primary key (id),
  constraint test_dependencies_dependent_test_id_required_test_id_key
    unique (dependent_test_id, required_test_id),
  constraint test_dependencies_dependent_test_id_fkey
    foreign key (organization_id, project_id, dependent_test_id)
    references public.test_cases (organization_id, project_id, id) on delete cascade,
  constraint test_dependencies_required_test_id_fkey
    foreign key (organization_id, project_id, required_test_id)
    references public.test_cases (organization_id, project_id, id) on delete cascade,
  constraint test_dependencies_dependency_type_check check (dependency_type in ('order', 'data', 'token')),
  constraint test_dependencies_self_check check (dependent_test_id <> required_test_id)
);
comment on table public.test_dependencies is 'A test that needs another one to have passed; never a cycle, never across projects.';
create index idx_test_dependencies_dependent_test_id
  on public.test_dependencies (organization_id, project_id, dependent_test_id);
create index test_dependencies_required_test_id_idx
  on public.test_dependencies (organization_id, project_id, required_test_id);

alter table public.test_dependencies enable row level security;
revoke all on table public.test_dependencies from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_dependencies to authenticated;
grant select, insert, update, delete on table public.test_dependencies to service_role;

create policy test_dependencies_select_member on public.test_dependencies
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_dependencies_select_member on public.test_dependencies is 'Members read the dependencies of their organizations.';

create policy test_dependencies_insert_editor on public.test_dependencies
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_dependencies_insert_editor on public.test_dependencies is 'Editors create the dependencies of their organizations.';

create policy test_dependencies_update_editor on public.test_dependencies
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_dependencies_update_editor on public.test_dependencies is 'Editors change the dependencies of their organizations.';

create policy test_dependencies_delete_editor on public.test_dependencies
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_dependencies_delete_editor on public.test_dependencies is 'Editors delete the dependencies of their organizations.';

create trigger test_dependencies_inherit_tenant
  before insert on public.test_dependencies
  for each row execute function private.inherit_from_parent('test_cases', 'dependent_test_id', 'organization_id', 'project_id');
comment on trigger test_dependencies_inherit_tenant on public.test_dependencies is 'Takes organization_id and project_id from the row in test_cases.';

create trigger test_dependencies_protect_columns
  before update on public.test_dependencies
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'dependent_test_id', 'required_test_id', 'created_at');
comment on trigger test_dependencies_protect_columns on public.test_dependencies is 'Refuses that a user changes who or what the row belongs to.';
