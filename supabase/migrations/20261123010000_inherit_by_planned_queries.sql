-- Rows inherit their tenant by queries that are planned once, instead of one that is planned anew for every row.
-- Risk: none, the same rows are read with the same rights; triggers are replaced.
set lock_timeout = '5s';

create function private.refuse_unknown_parent(parent_table text, parent_column text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise sqlstate 'PT404' using
    message = 'not found',
    detail = format('%s does not name an existing row of %s', parent_column, parent_table),
    hint = 'not_found';
end;
$$;
comment on function private.refuse_unknown_parent(text, text) is
  'Refuses a row whose parent does not exist for the caller.';
revoke execute on function private.refuse_unknown_parent(text, text) from public, anon, authenticated, service_role;
grant execute on function private.refuse_unknown_parent(text, text) to authenticated, service_role;

create function private.inherit_from_project()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id into new.organization_id
  from public.projects as parent
  where parent.id = new.project_id;
  if not found then
    perform private.refuse_unknown_parent('projects', 'project_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_project() is
  'Takes organization_id from the row of projects that project_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_project() from public, anon, authenticated, service_role;

create function private.inherit_from_suite()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id, parent.project_id into new.organization_id, new.project_id
  from public.test_suites as parent
  where parent.id = new.suite_id;
  if not found then
    perform private.refuse_unknown_parent('test_suites', 'suite_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_suite() is
  'Takes organization_id and project_id from the row of test_suites that suite_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_suite() from public, anon, authenticated, service_role;

create function private.inherit_from_dependent_case()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id, parent.project_id into new.organization_id, new.project_id
  from public.test_cases as parent
  where parent.id = new.dependent_test_id;
  if not found then
    perform private.refuse_unknown_parent('test_cases', 'dependent_test_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_dependent_case() is
  'Takes organization_id and project_id from the row of test_cases that dependent_test_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_dependent_case() from public, anon, authenticated, service_role;

create function private.inherit_from_case()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id into new.organization_id
  from public.test_cases as parent
  where parent.id = new.test_case_id;
  if not found then
    perform private.refuse_unknown_parent('test_cases', 'test_case_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_case() is
  'Takes organization_id from the row of test_cases that test_case_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_case() from public, anon, authenticated, service_role;

create function private.inherit_from_fixture()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id, parent.project_id into new.organization_id, new.project_id
  from public.test_data_fixtures as parent
  where parent.id = new.fixture_id;
  if not found then
    perform private.refuse_unknown_parent('test_data_fixtures', 'fixture_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_fixture() is
  'Takes organization_id and project_id from the row of test_data_fixtures that fixture_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_fixture() from public, anon, authenticated, service_role;

create function private.inherit_from_environment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select parent.organization_id into new.organization_id
  from public.environments as parent
  where parent.id = new.environment_id;
  if not found then
    perform private.refuse_unknown_parent('environments', 'environment_id');
  end if;
  return new;
end;
$$;
comment on function private.inherit_from_environment() is
  'Takes organization_id from the row of environments that environment_id names, as the invoker: what the user cannot see does not exist.';
revoke execute on function private.inherit_from_environment() from public, anon, authenticated, service_role;

create or replace trigger test_suites_inherit_tenant
  before insert on public.test_suites
  for each row execute function private.inherit_from_project();
create or replace trigger api_endpoints_inherit_tenant
  before insert on public.api_endpoints
  for each row execute function private.inherit_from_project();
create or replace trigger test_data_fixtures_inherit_tenant
  before insert on public.test_data_fixtures
  for each row execute function private.inherit_from_project();
create or replace trigger environments_inherit_tenant
  before insert on public.environments
  for each row execute function private.inherit_from_project();
create or replace trigger test_runs_inherit_tenant
  before insert on public.test_runs
  for each row execute function private.inherit_from_project();
create or replace trigger api_imports_inherit_tenant
  before insert on public.api_imports
  for each row execute function private.inherit_from_project();
create or replace trigger imported_cases_inherit_tenant
  before insert on public.imported_cases
  for each row execute function private.inherit_from_project();
create or replace trigger hooks_inherit_tenant
  before insert on public.hooks
  for each row execute function private.inherit_from_project();
create or replace trigger test_cases_inherit_tenant
  before insert on public.test_cases
  for each row execute function private.inherit_from_suite();
create or replace trigger test_dependencies_inherit_tenant
  before insert on public.test_dependencies
  for each row execute function private.inherit_from_dependent_case();
create or replace trigger test_request_configs_inherit_tenant
  before insert on public.test_request_configs
  for each row execute function private.inherit_from_case();
create or replace trigger test_response_specs_inherit_tenant
  before insert on public.test_response_specs
  for each row execute function private.inherit_from_case();
create or replace trigger fixture_usage_inherit_tenant
  before insert on public.fixture_usage
  for each row execute function private.inherit_from_fixture();
create or replace trigger environment_variables_inherit_tenant
  before insert on public.environment_variables
  for each row execute function private.inherit_from_environment();

drop function private.inherit_from_parent();
