-- Response specifications: what a test case expects and captures.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.test_response_specs (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  test_case_id uuid not null,
  expected_status_code jsonb,
  expected_headers jsonb not null default '{}',
  expected_body jsonb,
  body_match_type text not null default 'partial',
  response_time_max_ms integer,
  assertions jsonb not null default '[]',
  capture_vars jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_response_specs_pkey primary key (id),
  constraint test_response_specs_test_case_id_key unique (test_case_id),
  constraint test_response_specs_test_case_id_fkey foreign key (organization_id, test_case_id)
    references public.test_cases (organization_id, id) on delete cascade,
  constraint test_response_specs_expected_status_code_check
    check (jsonb_typeof(expected_status_code) in ('number', 'array', 'string')),
  constraint test_response_specs_expected_headers_check check (jsonb_typeof(expected_headers) = 'object'),
  constraint test_response_specs_body_match_type_check
    check (body_match_type in ('exact', 'schema', 'partial', 'contains')),
  constraint test_response_specs_response_time_max_ms_check check (response_time_max_ms > 0),
  constraint test_response_specs_assertions_check check (jsonb_typeof(assertions) = 'array'),
  constraint test_response_specs_capture_vars_check check (jsonb_typeof(capture_vars) = 'object'),
  constraint test_response_specs_size_check check (
    pg_column_size(expected_status_code) <= 4096
    and pg_column_size(expected_headers) <= 65536 and pg_column_size(expected_body) <= 1048576
    and pg_column_size(assertions) <= 262144 and pg_column_size(capture_vars) <= 65536
  )
);
comment on table public.test_response_specs is 'What a test case expects of the answer and what it captures from it.';
comment on column public.test_response_specs.expected_headers is 'Name of the header -> value.';
comment on column public.test_response_specs.expected_body is 'What body_match_type compares with: JSON, a JSON schema or a text.';
comment on column public.test_response_specs.assertions is 'List of further assertions: type, operator, expected value.';
comment on column public.test_response_specs.expected_status_code is 'A code, a list of codes or a class such as "2xx"; null means 2xx.';
comment on column public.test_response_specs.capture_vars is 'Name of the captured value -> where it comes from.';
create index test_response_specs_organization_id_test_case_id_idx
  on public.test_response_specs (organization_id, test_case_id);

alter table public.test_response_specs enable row level security;
revoke all on table public.test_response_specs from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_response_specs to authenticated;
grant select, insert, update, delete on table public.test_response_specs to service_role;

create policy test_response_specs_select_member on public.test_response_specs
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_response_specs_select_member on public.test_response_specs is 'Members read the response specifications of their organizations.';

create policy test_response_specs_insert_editor on public.test_response_specs
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_response_specs_insert_editor on public.test_response_specs is 'Editors create the response specifications of their organizations.';

create policy test_response_specs_update_editor on public.test_response_specs
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_response_specs_update_editor on public.test_response_specs is 'Editors change the response specifications of their organizations.';

create policy test_response_specs_delete_editor on public.test_response_specs
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_response_specs_delete_editor on public.test_response_specs is 'Editors delete the response specifications of their organizations.';

create trigger test_response_specs_inherit_tenant
  before insert on public.test_response_specs
  for each row execute function private.inherit_from_parent('test_cases', 'test_case_id', 'organization_id');
comment on trigger test_response_specs_inherit_tenant on public.test_response_specs is 'Takes organization_id from the row in test_cases.';

create trigger test_response_specs_protect_columns
  before update on public.test_response_specs
  for each row execute function private.protect_columns('id', 'organization_id', 'test_case_id', 'created_at');
comment on trigger test_response_specs_protect_columns on public.test_response_specs is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_response_specs_set_updated_at
  before update on public.test_response_specs
  for each row execute function private.set_updated_at();
comment on trigger test_response_specs_set_updated_at on public.test_response_specs is 'Keeps updated_at current.';
