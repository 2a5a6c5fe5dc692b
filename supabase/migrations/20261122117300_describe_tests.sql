-- Tests as the engine reads them, for questions about a whole project: its graph, and who uses what a test captures.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.describe_tests(test_case_ids uuid[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name, 'enabled', test_case.enabled,
      'suite_id', suite.id, 'suite_name', suite.name, 'order_index', test_case.order_index,
      'timeout_ms', test_case.timeout_ms, 'retry_count', test_case.retry_count, 'revision', test_case.revision,
      'method', endpoint.method, 'path', endpoint.path, 'phase', test_case.phase, 'locks', test_case.locks,
      'retry', test_case.retry, 'poll', test_case.poll, 'iterate', test_case.iterate
    )
    || coalesce(to_jsonb(config) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[], '{}')
    || coalesce(to_jsonb(spec) - '{id,organization_id,test_case_id,created_at,updated_at,snapshots}'::text[], '{}')
    order by suite.order_index, suite.name, test_case.order_index, test_case.key
  ), '[]')
  from public.test_cases as test_case
  inner join public.test_suites as suite on suite.id = test_case.suite_id
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = any (test_case_ids)
$$;
comment on function private.describe_tests(uuid[]) is
  'Tests in their order, as in the plan of a run, without the bodies of snapshots.';
revoke execute on function private.describe_tests(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.describe_tests(uuid[]) to authenticated, service_role;

create function public.get_test_graph(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'tests', private.describe_tests(array(
      select test_case.id from public.test_cases as test_case
      where test_case.organization_id = project.organization_id and test_case.project_id = project.id
    )),
    'dependencies', coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', dependency.id, 'dependent_test_id', dependency.dependent_test_id,
        'required_test_id', dependency.required_test_id, 'dependency_type', dependency.dependency_type,
        'condition', dependency.condition
      ) order by dependency.created_at, dependency.id)
      from public.test_dependencies as dependency
      where dependency.organization_id = project.organization_id and dependency.project_id = project.id
    ), '[]')
  )
  from public.projects as project
  where project.id = (request ->> 'project_id')::uuid
$$;
comment on function public.get_test_graph(jsonb) is
  'Request {project_id}; answers {tests, dependencies} of a project, from which the engine derives its graph, or null.';
revoke execute on function public.get_test_graph(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_graph(jsonb) to authenticated, service_role;

create function public.create_test_dependency(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  project uuid := (request ->> 'project_id')::uuid;
  missing text;
  made public.test_dependencies;
begin
  if not exists (select from public.projects where id = project) then
    perform private.refuse_write(false);
  end if;
  select string_agg(wanted.id::text, ', ') into missing
  from unnest(array[
    (request ->> 'dependent_test_id')::uuid, (request ->> 'required_test_id')::uuid
  ]) as wanted (id)
  where not exists (
    select from public.test_cases as test_case where test_case.id = wanted.id and test_case.project_id = project
  );
  if missing is not null then
    perform private.refuse('422', 'test not found', missing, 'required_test_not_found');
  end if;
  insert into public.test_dependencies (dependent_test_id, required_test_id, dependency_type, condition)
  values (
    (request ->> 'dependent_test_id')::uuid, (request ->> 'required_test_id')::uuid,
    request ->> 'dependency_type', request ->> 'condition'
  )
  returning * into made;
  return to_jsonb(made);
end;
$$;
comment on function public.create_test_dependency(jsonb) is
  'Request {project_id, dependent_test_id, required_test_id, dependency_type, condition}; answers the dependency.';
revoke execute on function public.create_test_dependency(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.create_test_dependency(jsonb) to authenticated, service_role;

create function private.list_names_of_tests(test_case_ids uuid[])
returns text[]
language sql
stable
set search_path = ''
as $$
  select array(
    select test_case.key from public.test_cases as test_case where test_case.id = any (test_case_ids)
    union
    select coalesce(capture.value ->> 'name', capture.key)
    from public.test_response_specs as spec
    cross join lateral jsonb_each(spec.capture_vars) as capture
    where spec.test_case_id = any (test_case_ids) and capture.value ->> 'into' like 'shared%'
    union
    select capture.key
    from public.test_response_specs as spec
    cross join lateral jsonb_each(spec.capture_vars) as capture
    where spec.test_case_id = any (test_case_ids) and capture.value ->> 'into' like 'shared%'
  )
$$;
comment on function private.list_names_of_tests(uuid[]) is
  'What templates of others would have to contain to use what these tests capture.';
revoke execute on function private.list_names_of_tests(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.list_names_of_tests(uuid[]) to authenticated, service_role;

create function private.list_tests_containing(in_project_id uuid, names text[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array(
    select test_case.id
    from public.test_cases as test_case
    inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
    left join public.test_request_configs as config on config.test_case_id = test_case.id
    left join public.test_response_specs as spec on spec.test_case_id = test_case.id
    cross join lateral (
      select concat_ws(
        ' ', endpoint.path, to_jsonb(config)::text, to_jsonb(spec)::text, test_case.poll::text, test_case.iterate::text
      ) as text
    ) as document
    where test_case.project_id = in_project_id
      and exists (select from unnest(names) as wanted (name) where strpos(document.text, wanted.name) > 0)
  )
$$;
comment on function private.list_tests_containing(uuid, text[]) is
  'Tests of a project whose texts contain one of the names: those that may use it, and a few that do not.';
revoke execute on function private.list_tests_containing(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.list_tests_containing(uuid, text[]) to authenticated, service_role;

create function public.find_possible_users(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'may_change', subject.organization_id = any (array(select private.my_orgs('editor'))),
    'subjects', private.describe_tests(subject.test_case_ids),
    'others', private.describe_tests(array(
      select found.id
      from unnest(private.list_tests_containing(
        subject.project_id, private.list_names_of_tests(subject.test_case_ids)
      )) as found (id)
      where not found.id = any (subject.test_case_ids)
    ))
  )
  from (
    select test_case.organization_id, test_case.project_id, array[test_case.id] as test_case_ids
    from public.test_cases as test_case
    where test_case.id = (request ->> 'test_case_id')::uuid
    union all
    select suite.organization_id, suite.project_id, array(
      select test_case.id from public.test_cases as test_case
      where test_case.organization_id = suite.organization_id and test_case.project_id = suite.project_id
        and test_case.suite_id = suite.id
    )
    from public.test_suites as suite
    where suite.id = (request ->> 'suite_id')::uuid
  ) as subject
$$;
comment on function public.find_possible_users(jsonb) is
  'Request {test_case_id} or {suite_id}; answers {may_change, subjects, others}: other tests that mention what these capture, or null.';
revoke execute on function public.find_possible_users(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.find_possible_users(jsonb) to authenticated, service_role;
