-- Fixtures: named test data, and which test cases use it.
-- Risk: none, new tables only.
set lock_timeout = '5s';

create table public.test_data_fixtures (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  name text not null,
  description text,
  fixture_type text not null default 'custom',
  data jsonb not null default '{}',
  tags text[] not null default '{}',
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_data_fixtures_pkey primary key (id),
  constraint test_data_fixtures_organization_id_project_id_id_key unique (organization_id, project_id, id),
  constraint test_data_fixtures_project_id_name_key unique (project_id, name),
  constraint test_data_fixtures_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint test_data_fixtures_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint test_data_fixtures_name_check check (char_length(name) between 1 and 200),
  constraint test_data_fixtures_description_check check (char_length(description) <= 5000),
  constraint test_data_fixtures_fixture_type_check
    check (fixture_type in ('user', 'document', 'organization', 'custom')),
  constraint test_data_fixtures_data_check check (pg_column_size(data) <= 1048576),
  constraint test_data_fixtures_tags_check check (cardinality(tags) <= 50 and pg_column_size(tags) <= 8192)
);
comment on table public.test_data_fixtures is 'Named test data; a list drives iterations.';
comment on column public.test_data_fixtures.data is 'Any JSON; the items of a list are the iterations.';
comment on column public.test_data_fixtures.tags is 'Free labels, at most 50.';
create index idx_test_data_fixtures_tags on public.test_data_fixtures using gin (tags);
create index test_data_fixtures_created_by_idx on public.test_data_fixtures (created_by);

create table public.fixture_usage (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  fixture_id uuid not null,
  test_case_id uuid not null,
  how text not null default 'reference',
  created_at timestamptz not null default now(),
  constraint fixture_usage_pkey primary key (id),
  constraint fixture_usage_fixture_id_test_case_id_key unique (fixture_id, test_case_id),
  constraint fixture_usage_fixture_id_fkey foreign key (organization_id, project_id, fixture_id)
    references public.test_data_fixtures (organization_id, project_id, id) on delete cascade,
  constraint fixture_usage_test_case_id_fkey foreign key (organization_id, project_id, test_case_id)
    references public.test_cases (organization_id, project_id, id) on delete cascade,
  constraint fixture_usage_how_check check (how in ('iterate', 'reference'))
);
comment on table public.fixture_usage is 'A test case that uses a fixture: iterates over it or refers to it.';
create index fixture_usage_fixture_id_idx on public.fixture_usage (organization_id, project_id, fixture_id);
create index fixture_usage_test_case_id_idx on public.fixture_usage (organization_id, project_id, test_case_id);

alter table public.test_data_fixtures enable row level security;
revoke all on table public.test_data_fixtures from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_data_fixtures to authenticated;
grant select, insert, update, delete on table public.test_data_fixtures to service_role;

create policy test_data_fixtures_select_member on public.test_data_fixtures
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_data_fixtures_select_member on public.test_data_fixtures is 'Members read the fixtures of their organizations.';

create policy test_data_fixtures_insert_editor on public.test_data_fixtures
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_data_fixtures_insert_editor on public.test_data_fixtures is 'Editors create the fixtures of their organizations.';

create policy test_data_fixtures_update_editor on public.test_data_fixtures
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_data_fixtures_update_editor on public.test_data_fixtures is 'Editors change the fixtures of their organizations.';

create policy test_data_fixtures_delete_editor on public.test_data_fixtures
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_data_fixtures_delete_editor on public.test_data_fixtures is 'Editors delete the fixtures of their organizations.';

create trigger test_data_fixtures_inherit_tenant
  before insert on public.test_data_fixtures
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger test_data_fixtures_inherit_tenant on public.test_data_fixtures is 'Takes organization_id from the row in projects.';

create trigger test_data_fixtures_set_creator
  before insert on public.test_data_fixtures
  for each row execute function private.set_creator('created_by');
comment on trigger test_data_fixtures_set_creator on public.test_data_fixtures is 'Records who made the row.';

create trigger test_data_fixtures_protect_columns
  before update on public.test_data_fixtures
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'created_by', 'created_at');
comment on trigger test_data_fixtures_protect_columns on public.test_data_fixtures is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_data_fixtures_set_updated_at
  before update on public.test_data_fixtures
  for each row execute function private.set_updated_at();
comment on trigger test_data_fixtures_set_updated_at on public.test_data_fixtures is 'Keeps updated_at current.';

alter table public.fixture_usage enable row level security;
revoke all on table public.fixture_usage from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.fixture_usage to authenticated;
grant select, insert, update, delete on table public.fixture_usage to service_role;

create policy fixture_usage_select_member on public.fixture_usage
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy fixture_usage_select_member on public.fixture_usage is 'Members read the fixture usages of their organizations.';

create policy fixture_usage_insert_editor on public.fixture_usage
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy fixture_usage_insert_editor on public.fixture_usage is 'Editors create the fixture usages of their organizations.';

create policy fixture_usage_update_editor on public.fixture_usage
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy fixture_usage_update_editor on public.fixture_usage is 'Editors change the fixture usages of their organizations.';

create policy fixture_usage_delete_editor on public.fixture_usage
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy fixture_usage_delete_editor on public.fixture_usage is 'Editors delete the fixture usages of their organizations.';

create trigger fixture_usage_inherit_tenant
  before insert on public.fixture_usage
  for each row execute function private.inherit_from_parent('test_data_fixtures', 'fixture_id', 'organization_id', 'project_id');
comment on trigger fixture_usage_inherit_tenant on public.fixture_usage is 'Takes organization_id and project_id from the row in test_data_fixtures.';

create trigger fixture_usage_protect_columns
  before update on public.fixture_usage
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'fixture_id', 'test_case_id', 'created_at');
comment on trigger fixture_usage_protect_columns on public.fixture_usage is 'Refuses that a user changes who or what the row belongs to.';
