-- Test cases: one call of an endpoint and what to expect of it.
-- Risk: none, new table only. Pair: test_request_configs and test_response_specs.
set lock_timeout = '5s';

create table public.test_cases (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  suite_id uuid not null,
  endpoint_id uuid not null,
  key text not null,
  name text not null,
  description text,
  order_index integer not null default 0,
  enabled boolean not null default true,
  timeout_ms integer not null default 30000,
  retry_count integer not null default 0,
  tags text[] not null default '{}',
  revision integer not null default 1,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_cases_pkey primary key (id),
  constraint test_cases_organization_id_id_key unique (organization_id, id),
  constraint test_cases_organization_id_project_id_id_key unique (organization_id, project_id, id),
  constraint test_cases_project_id_key_key unique (project_id, key),
  constraint test_cases_suite_id_name_key unique (suite_id, name),
  constraint test_cases_suite_id_fkey foreign key (organization_id, project_id, suite_id)
    references public.test_suites (organization_id, project_id, id) on delete cascade,
  constraint test_cases_endpoint_id_fkey foreign key (organization_id, project_id, endpoint_id)
    references public.api_endpoints (organization_id, project_id, id) deferrable initially deferred,
  constraint test_cases_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint test_cases_key_check check (key ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$'),
  constraint test_cases_name_check check (char_length(name) between 1 and 200),
  constraint test_cases_description_check check (char_length(description) <= 5000),
  constraint test_cases_timeout_ms_check check (timeout_ms between 1 and 600000),
  constraint test_cases_retry_count_check check (retry_count between 0 and 10),
  constraint test_cases_tags_check check (cardinality(tags) <= 50 and pg_column_size(tags) <= 8192)
);
comment on table public.test_cases is 'One call of an endpoint and what to expect of it.';
comment on column public.test_cases.order_index is 'Place among its siblings, ascending; equal ones by name.';
comment on column public.test_cases.tags is 'Free labels, at most 50.';
comment on column public.test_cases.key is 'Stable short name for templates and dependencies, unique in the project.';
comment on constraint test_cases_endpoint_id_fkey on public.test_cases is
  'Deferred: a project takes its endpoints and cases along in any order.';
comment on column public.test_cases.retry_count is 'Attempts after the first one.';
comment on column public.test_cases.revision is 'Grows with every change of the case, its request or its expectations.';
create index idx_test_cases_suite_id on public.test_cases (organization_id, project_id, suite_id, order_index);
create index idx_test_cases_enabled on public.test_cases (project_id, suite_id) where enabled;
comment on index public.idx_test_cases_enabled is 'Serves the selection of a run.';
create index test_cases_endpoint_id_idx on public.test_cases (organization_id, project_id, endpoint_id);
create index test_cases_created_by_idx on public.test_cases (created_by);

alter table public.test_cases enable row level security;
revoke all on table public.test_cases from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_cases to authenticated;
grant select, insert, update, delete on table public.test_cases to service_role;

create policy test_cases_select_member on public.test_cases
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_cases_select_member on public.test_cases is 'Members read the test cases of their organizations.';

create policy test_cases_insert_editor on public.test_cases
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_cases_insert_editor on public.test_cases is 'Editors create the test cases of their organizations.';

create policy test_cases_update_editor on public.test_cases
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_cases_update_editor on public.test_cases is 'Editors change the test cases of their organizations.';

create policy test_cases_delete_editor on public.test_cases
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_cases_delete_editor on public.test_cases is 'Editors delete the test cases of their organizations.';

create trigger test_cases_inherit_tenant
  before insert on public.test_cases
  for each row execute function private.inherit_from_parent('test_suites', 'suite_id', 'organization_id', 'project_id');
comment on trigger test_cases_inherit_tenant on public.test_cases is 'Takes organization_id and project_id from the row in test_suites.';

create trigger test_cases_set_creator
  before insert on public.test_cases
  for each row execute function private.set_creator('created_by');
comment on trigger test_cases_set_creator on public.test_cases is 'Records who made the row.';

create trigger test_cases_protect_columns
  before update on public.test_cases
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'revision', 'created_by', 'created_at');
comment on trigger test_cases_protect_columns on public.test_cases is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_cases_set_updated_at
  before update on public.test_cases
  for each row execute function private.set_updated_at();
comment on trigger test_cases_set_updated_at on public.test_cases is 'Keeps updated_at current.';
