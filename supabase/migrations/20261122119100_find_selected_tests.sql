-- What the parts of a selection mean: each yields the tests that it names, as the invoker sees them.
-- Risk: none, new functions only. Pair: prepare_run_selections.
set lock_timeout = '5s';

create function private.read_ids(listed jsonb)
returns uuid[]
language sql
immutable
set search_path = ''
as $$
  select case when jsonb_typeof(listed) = 'array' then array(select jsonb_array_elements_text(listed)::uuid) end
$$;
comment on function private.read_ids(jsonb) is
  'Ids of a list in a document; null when there is none.';
revoke execute on function private.read_ids(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.read_ids(jsonb) to authenticated, service_role;

create function private.read_texts(listed jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select case when jsonb_typeof(listed) = 'array' then array(select jsonb_array_elements_text(listed)) end
$$;
comment on function private.read_texts(jsonb) is
  'Texts of a list in a document; null when there is none.';
revoke execute on function private.read_texts(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.read_texts(jsonb) to authenticated, service_role;

create function private.find_run_of_project(run_id uuid, in_project_id uuid)
returns public.test_runs
language plpgsql
stable
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  select * into run from public.test_runs as found
  where found.id = find_run_of_project.run_id and found.project_id = in_project_id;
  if run.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  return run;
end;
$$;
comment on function private.find_run_of_project(uuid, uuid) is
  'The run that a selection names; refused unless it is one of the project that the invoker sees.';
revoke execute on function private.find_run_of_project(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.find_run_of_project(uuid, uuid) to authenticated, service_role;

create function private.list_failed_tests(run public.test_runs)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(distinct result.test_case_id), '{}')
  from public.test_results as result
  where result.organization_id = run.organization_id and result.run_id = run.id
    and result.run_date = run.run_date and result.is_final and result.status in ('failed', 'error')
$$;
comment on function private.list_failed_tests(public.test_runs) is
  'Tests of a run of which an iteration ended as failed or error.';
revoke execute on function private.list_failed_tests(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_failed_tests(public.test_runs) to authenticated, service_role;

create function private.list_changed_tests(in_project_id uuid, since timestamptz)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(test_case.id), '{}')
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.project_id = in_project_id and (
    greatest(test_case.updated_at, endpoint.updated_at, config.updated_at, spec.updated_at) >= since
    or test_case.id in (
      select dependency.dependent_test_id from public.test_dependencies as dependency
      where dependency.project_id = in_project_id and dependency.created_at >= since
    )
    or test_case.id in (
      select usage.test_case_id
      from public.fixture_usage as usage
      inner join public.test_data_fixtures as fixture on fixture.id = usage.fixture_id
      where fixture.project_id = in_project_id and greatest(fixture.updated_at, usage.created_at) >= since
    )
  )
$$;
comment on function private.list_changed_tests(uuid, timestamptz) is
  'Tests that were changed since: case, request, response, endpoint, dependencies or fixtures.';
revoke execute on function private.list_changed_tests(uuid, timestamptz) from public, anon, authenticated, service_role;
grant execute on function private.list_changed_tests(uuid, timestamptz) to authenticated, service_role;

-- A dependency that goes or changes leaves its trace in the case: nothing else tells of it afterwards.
create function private.touch_dependent_tests()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_cases set updated_at = now()
  where id in (select changed.dependent_test_id from changed_dependencies as changed);
  return null;
end;
$$;
comment on function private.touch_dependent_tests() is
  'Definer: whoever removes a test removes dependencies of others with it.';
revoke execute on function private.touch_dependent_tests() from public, anon, authenticated, service_role;

create trigger test_dependencies_touch_tests_on_update
  after update on public.test_dependencies
  referencing old table as changed_dependencies
  for each statement execute function private.touch_dependent_tests();
comment on trigger test_dependencies_touch_tests_on_update on public.test_dependencies is 'Notes in the case that its dependencies changed.';

create trigger test_dependencies_touch_tests_on_delete
  after delete on public.test_dependencies
  referencing old table as changed_dependencies
  for each statement execute function private.touch_dependent_tests();
comment on trigger test_dependencies_touch_tests_on_delete on public.test_dependencies is 'Notes in the case that its dependencies changed.';
