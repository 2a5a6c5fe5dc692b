-- get_suite_document and get_suite_document_state: a suite with everything that a document of it says, and what
-- storing a document starts from.
-- Risk: none, new functions only. Pair: create_suite_document_writers.
set lock_timeout = '5s';

create function private.list_suite_cases(in_suite_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    to_jsonb(test_case) || jsonb_build_object(
      'endpoint', jsonb_build_object(
        'method', endpoint.method, 'path', endpoint.path, 'name', endpoint.name,
        'description', endpoint.description, 'response_schemas', endpoint.response_schemas
      ),
      'request', to_jsonb(config),
      'response', to_jsonb(spec),
      'dependencies', coalesce(needed.dependencies, '[]')
    )
    order by test_case.order_index, test_case.key
  ), '[]')
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  left join lateral (
    select jsonb_agg(
      jsonb_build_object(
        'required_test_key', required.key, 'dependency_type', dependency.dependency_type,
        'condition', dependency.condition
      )
      order by required.key
    ) as dependencies
    from public.test_dependencies as dependency
    inner join public.test_cases as required on required.id = dependency.required_test_id
    where dependency.organization_id = test_case.organization_id and dependency.project_id = test_case.project_id
      and dependency.dependent_test_id = test_case.id
  ) as needed on true
  where test_case.suite_id = in_suite_id
$$;
comment on function private.list_suite_cases(uuid) is
  'The cases of a suite in the order of a run, each with endpoint, request, response and dependencies.';
revoke execute on function private.list_suite_cases(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_suite_cases(uuid) to authenticated, service_role;

create function private.list_suite_fixtures(in_suite_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(fixture) order by fixture.name), '[]')
  from public.test_data_fixtures as fixture
  where exists (
    select from public.fixture_usage as usage
    inner join public.test_cases as test_case on test_case.id = usage.test_case_id
    where usage.fixture_id = fixture.id and test_case.suite_id = in_suite_id
  )
$$;
comment on function private.list_suite_fixtures(uuid) is
  'The fixtures that cases of a suite use, by name.';
revoke execute on function private.list_suite_fixtures(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_suite_fixtures(uuid) to authenticated, service_role;

create function private.make_suite_version(in_suite_id uuid)
returns text
language sql
stable
set search_path = ''
as $$
  select md5(concat_ws(
    ' ', suite.id, suite.updated_at,
    (
      select string_agg(concat_ws(' ', test_case.id, test_case.updated_at), ' ' order by test_case.id)
      from public.test_cases as test_case
      where test_case.suite_id = suite.id
    ),
    (
      select string_agg(dependency.id::text, ' ' order by dependency.id)
      from public.test_cases as test_case
      inner join public.test_dependencies as dependency
        on dependency.organization_id = test_case.organization_id and dependency.project_id = test_case.project_id
        and dependency.dependent_test_id = test_case.id
      where test_case.suite_id = suite.id
    )
  ))
  from public.test_suites as suite
  where suite.id = in_suite_id
$$;
comment on function private.make_suite_version(uuid) is
  'A text that differs after every change of a suite, its cases and their dependencies.';
revoke execute on function private.make_suite_version(uuid) from public, anon, authenticated, service_role;
grant execute on function private.make_suite_version(uuid) to authenticated, service_role;

create function public.get_suite_document(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'suite', to_jsonb(suite),
    'version', private.make_suite_version(suite.id),
    'cases', private.list_suite_cases(suite.id),
    'fixtures', case when (request -> 'fixtures')::boolean then private.list_suite_fixtures(suite.id) else '[]' end
  )
  from public.test_suites as suite
  where suite.id = (request ->> 'suite_id')::uuid
$$;
comment on function public.get_suite_document(jsonb) is
  'Request {suite_id, fixtures}; answers {suite, version, cases, fixtures}, or null. Without `fixtures` there are none.';
revoke execute on function public.get_suite_document(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_suite_document(jsonb) to authenticated, service_role;

create function private.list_tested_cases(in_suite_id uuid, kept_keys text[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(test_case.key order by test_case.key), '[]')
  from public.test_cases as test_case
  where test_case.suite_id = in_suite_id and test_case.key <> all (kept_keys)
    and (
      exists (
        select from public.test_results as result
        where result.organization_id = test_case.organization_id and result.test_case_id = test_case.id
      )
      or exists (
        select from public.test_run_history as history
        where history.organization_id = test_case.organization_id and history.test_case_id = test_case.id
      )
      or exists (
        select from public.performance_metrics as metric
        where metric.organization_id = test_case.organization_id and metric.test_case_id = test_case.id
      )
    )
$$;
comment on function private.list_tested_cases(uuid, text[]) is
  'Keys of the cases of a suite, but for these, that have results or what is left of them.';
revoke execute on function private.list_tested_cases(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.list_tested_cases(uuid, text[]) to authenticated, service_role;

create function private.list_dependents_elsewhere(in_suite_id uuid, kept_keys text[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('required', required.key, 'dependent', dependent.key, 'suite', suite.name)
    order by required.key, suite.name, dependent.key
  ), '[]')
  from public.test_cases as required
  inner join public.test_dependencies as dependency
    on dependency.organization_id = required.organization_id and dependency.project_id = required.project_id
    and dependency.required_test_id = required.id
  inner join public.test_cases as dependent on dependent.id = dependency.dependent_test_id
  inner join public.test_suites as suite on suite.id = dependent.suite_id
  where required.suite_id = in_suite_id and required.key <> all (kept_keys) and dependent.suite_id <> in_suite_id
$$;
comment on function private.list_dependents_elsewhere(uuid, text[]) is
  'Cases of other suites that depend on cases of a suite, but for these: {required, dependent, suite}.';
revoke execute on function private.list_dependents_elsewhere(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.list_dependents_elsewhere(uuid, text[]) to authenticated, service_role;

create function public.get_suite_document_state(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with wanted as (
    select private.to_texts(request -> 'keys') as keys, private.to_texts(request -> 'required') as required
  )
  select jsonb_build_object(
    'may_write', project.organization_id = any (array(select private.my_orgs('editor'))),
    'present', public.get_suite_document(jsonb_build_object('suite_id', suite.id, 'fixtures', true)),
    'elsewhere', coalesce((
      select jsonb_object_agg(test_case.key, other.name)
      from public.test_cases as test_case
      inner join public.test_suites as other on other.id = test_case.suite_id
      where test_case.project_id = project.id and test_case.key = any (wanted.keys || wanted.required)
        and test_case.suite_id is distinct from suite.id
    ), '{}'),
    'tested', private.list_tested_cases(suite.id, wanted.keys),
    'dependents', private.list_dependents_elsewhere(suite.id, wanted.keys),
    'fixtures', coalesce((
      select jsonb_agg(to_jsonb(fixture))
      from public.test_data_fixtures as fixture
      where fixture.project_id = project.id and fixture.name = any (private.to_texts(request -> 'fixtures'))
    ), '[]'),
    'endpoints', coalesce((
      select jsonb_agg(to_jsonb(endpoint))
      from jsonb_array_elements(request -> 'endpoints') as named
      inner join public.api_endpoints as endpoint
        on endpoint.project_id = project.id and endpoint.path = named.value ->> 'path'
        and endpoint.method = named.value ->> 'method'
    ), '[]')
  )
  from public.projects as project
  cross join wanted
  left join public.test_suites as suite on suite.project_id = project.id and suite.name = request ->> 'name'
  where project.id = (request ->> 'project_id')::uuid
$$;
comment on function public.get_suite_document_state(jsonb) is
  'Request {project_id, name, keys, required, endpoints, fixtures}; answers what the project has of it, or null.';
revoke execute on function public.get_suite_document_state(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_suite_document_state(jsonb) to authenticated, service_role;
