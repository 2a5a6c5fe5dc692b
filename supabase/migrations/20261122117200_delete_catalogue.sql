-- Projects, suites, endpoints and fixtures are deleted unless somebody needs them; a used fixture keeps its name.
-- Risk: renaming a fixture that tests use is refused from now on.
set lock_timeout = '5s';

create function public.delete_project(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'project_id')::uuid;
  project public.projects;
begin
  select * into project from public.projects where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.projects where id = wanted_id));
  end if;
  perform private.refuse_changed(project.updated_at, request);
  if exists (
    select from public.test_runs
    where organization_id = project.organization_id and project_id = project.id and status in ('pending', 'running')
  ) then
    perform private.refuse('409', 'runs have not ended', null, 'project_has_active_runs');
  end if;
  delete from public.projects where id = project.id;
  return jsonb_build_object('id', project.id);
end;
$$;
comment on function public.delete_project(jsonb) is
  'Request {project_id, read_at}; deletes a project with all that it holds, unless a run is active; answers {id}.';
revoke execute on function public.delete_project(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_project(jsonb) to authenticated, service_role;

create function public.delete_test_suite(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'suite_id')::uuid;
  suite public.test_suites;
begin
  select * into suite from public.test_suites where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.test_suites where id = wanted_id));
  end if;
  perform private.refuse_changed(suite.updated_at, request);
  perform private.refuse_required_tests(
    array(
      select test_case.id from public.test_cases as test_case
      where test_case.organization_id = suite.organization_id and test_case.project_id = suite.project_id
        and test_case.suite_id = suite.id
    ),
    request
  );
  delete from public.test_suites where id = suite.id;
  return jsonb_build_object('id', suite.id);
end;
$$;
comment on function public.delete_test_suite(jsonb) is
  'Request {suite_id, read_at, cascade}; deletes a suite with its cases, unless others require them; answers {id}.';
revoke execute on function public.delete_test_suite(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_test_suite(jsonb) to authenticated, service_role;

create function public.delete_api_endpoint(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'endpoint_id')::uuid;
  endpoint public.api_endpoints;
  callers text;
begin
  select * into endpoint from public.api_endpoints where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.api_endpoints where id = wanted_id));
  end if;
  perform private.refuse_changed(endpoint.updated_at, request);
  select string_agg(found.key, ', ' order by found.key) into callers
  from (
    select test_case.key from public.test_cases as test_case
    where test_case.organization_id = endpoint.organization_id and test_case.project_id = endpoint.project_id
      and test_case.endpoint_id = endpoint.id
    order by test_case.key
    limit 20
  ) as found;
  if callers is not null then
    perform private.refuse('409', 'used by', callers, 'endpoint_in_use');
  end if;
  delete from public.api_endpoints where id = endpoint.id;
  return jsonb_build_object('id', endpoint.id);
end;
$$;
comment on function public.delete_api_endpoint(jsonb) is
  'Request {endpoint_id, read_at}; deletes an endpoint that no case calls; answers {id}.';
revoke execute on function public.delete_api_endpoint(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_api_endpoint(jsonb) to authenticated, service_role;

create function private.refuse_used_fixture(used public.test_data_fixtures)
returns void
language plpgsql
set search_path = ''
as $$
declare
  users text;
begin
  select string_agg(found.key, ', ' order by found.key) into users
  from (
    select test_case.key
    from public.fixture_usage as usage
    inner join public.test_cases as test_case on test_case.id = usage.test_case_id
    where usage.organization_id = used.organization_id and usage.project_id = used.project_id
      and usage.fixture_id = used.id
    order by test_case.key
    limit 20
  ) as found;
  if users is not null then
    perform private.refuse('409', 'used by', users, 'fixture_in_use');
  end if;
end;
$$;
comment on function private.refuse_used_fixture(public.test_data_fixtures) is
  'Refuses what would break the tests that use a fixture; names up to 20 of them.';
revoke execute on function private.refuse_used_fixture(public.test_data_fixtures) from public, anon, authenticated, service_role;
grant execute on function private.refuse_used_fixture(public.test_data_fixtures) to authenticated, service_role;

create function public.delete_test_data_fixture(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'fixture_id')::uuid;
  fixture public.test_data_fixtures;
begin
  select * into fixture from public.test_data_fixtures where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.test_data_fixtures where id = wanted_id));
  end if;
  perform private.refuse_changed(fixture.updated_at, request);
  perform private.refuse_used_fixture(fixture);
  delete from public.test_data_fixtures where id = fixture.id;
  return jsonb_build_object('id', fixture.id);
end;
$$;
comment on function public.delete_test_data_fixture(jsonb) is
  'Request {fixture_id, read_at}; deletes a fixture that no case uses; answers {id}.';
revoke execute on function public.delete_test_data_fixture(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_test_data_fixture(jsonb) to authenticated, service_role;

create function private.keep_name_of_used_fixture()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse_used_fixture(old);
  return new;
end;
$$;
comment on function private.keep_name_of_used_fixture() is
  'Refuses a new name of a fixture that templates name.';
revoke execute on function private.keep_name_of_used_fixture() from public, anon, authenticated, service_role;

create trigger test_data_fixtures_keep_used_name
  before update of name on public.test_data_fixtures
  for each row
  when (old.name is distinct from new.name) execute function private.keep_name_of_used_fixture();
comment on trigger test_data_fixtures_keep_used_name on public.test_data_fixtures is
  'Tests name fixtures in their templates: a used one keeps its name.';
