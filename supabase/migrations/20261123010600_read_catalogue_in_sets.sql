-- Many cases are read by one query instead of one for each, and long lists of keys are hashed instead of searched.
-- Risk: functions are replaced; they answer the same.
set lock_timeout = '5s';

create function private.describe_test_cases(test_case_ids uuid[])
returns table (id uuid, document jsonb)
language sql
stable
set search_path = ''
as $$
  select test_case.id, to_jsonb(test_case) || jsonb_build_object(
    'endpoint', jsonb_build_object(
      'id', endpoint.id, 'method', endpoint.method, 'path', endpoint.path, 'name', endpoint.name,
      'description', endpoint.description, 'response_schemas', endpoint.response_schemas
    ),
    'request', coalesce(
      to_jsonb(config) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
      jsonb_build_object(
        'headers', '{}'::jsonb, 'query_params', '{}'::jsonb, 'path_params', '{}'::jsonb, 'body', null,
        'body_type', 'json', 'auth_type', 'none', 'auth_token_ref', null, 'auth', '{}'::jsonb, 'cookies', '{}'::jsonb,
        'transfer', '{}'::jsonb
      )
    ),
    'response', coalesce(
      to_jsonb(spec) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
      jsonb_build_object(
        'expected_status_code', null, 'expected_headers', '{}'::jsonb, 'expected_body', null,
        'body_match_type', 'partial', 'response_time_max_ms', null, 'assertions', '[]'::jsonb,
        'capture_vars', '{}'::jsonb, 'snapshots', '{}'::jsonb, 'ignore_paths', '[]'::jsonb
      )
    ),
    'dependencies', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'required_test_id', required.id, 'required_test_key', required.key,
          'dependency_type', dependency.dependency_type, 'condition', dependency.condition
        )
        order by required.key
      )
      from public.test_dependencies as dependency
      inner join public.test_cases as required on required.id = dependency.required_test_id
      where dependency.dependent_test_id = test_case.id
    ), '[]'),
    'fixtures', coalesce((
      select jsonb_agg(
        jsonb_build_object('fixture_id', fixture.id, 'name', fixture.name, 'how', usage.how) order by fixture.name
      )
      from public.fixture_usage as usage
      inner join public.test_data_fixtures as fixture on fixture.id = usage.fixture_id
      where usage.organization_id = test_case.organization_id and usage.project_id = test_case.project_id
        and usage.test_case_id = test_case.id
    ), '[]')
  )
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = any (test_case_ids)
$$;
comment on function private.describe_test_cases(uuid[]) is
  'Test cases with endpoint, request, response, dependencies and fixtures, in no order.';
revoke execute on function private.describe_test_cases(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.describe_test_cases(uuid[]) to authenticated, service_role;

create or replace function public.get_test_case(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select described.document from private.describe_test_cases(array[(request ->> 'test_case_id')::uuid]) as described
$$;

create or replace function public.get_import_state(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'taken', coalesce((
      select jsonb_agg(jsonb_build_object('key', test_case.key, 'suite', suite.name, 'name', test_case.name))
      from public.test_cases as test_case
      inner join public.test_suites as suite on suite.id = test_case.suite_id
      where test_case.project_id = project.id
    ), '[]'),
    'cases', coalesce((
      select jsonb_agg(jsonb_build_object(
        'origin', imported.origin,
        'test_case_id', imported.test_case_id,
        'imported', imported.document,
        'present', present.document
      ))
      from public.imported_cases as imported
      left join private.describe_test_cases(array(
        select known.test_case_id from public.imported_cases as known
        where known.project_id = project.id and known.source = request ->> 'source'
      )) as present on present.id = imported.test_case_id
      where imported.project_id = project.id and imported.source = request ->> 'source'
    ), '[]')
  )
  from public.projects as project
  where project.id = (request ->> 'project_id')::uuid
$$;
create or replace function public.get_suite_to_copy(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'suite', to_jsonb(suite),
    'cases', coalesce((
      select jsonb_agg(
        described.document order by test_case.order_index, test_case.created_at, test_case.id
      )
      from private.describe_test_cases(array(
        select copied.id from public.test_cases as copied
        where copied.suite_id = suite.id and copied.id = coalesce((request ->> 'test_case_id')::uuid, copied.id)
      )) as described
      inner join public.test_cases as test_case on test_case.id = described.id
    ), '[]'),
    'keys', array(
      select test_case.key from public.test_cases as test_case where test_case.project_id = suite.project_id
    ),
    'case_names', array(select test_case.name from public.test_cases as test_case where test_case.suite_id = suite.id),
    'suite_names', array(
      select sibling.name from public.test_suites as sibling where sibling.project_id = suite.project_id
    )
  )
  from public.test_suites as suite
  where suite.id = coalesce(
    (request ->> 'suite_id')::uuid,
    (select test_case.suite_id from public.test_cases as test_case where test_case.id = (request ->> 'test_case_id')::uuid)
  )
$$;

create or replace function private.list_suite_cases(in_suite_id uuid)
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
  -- Looked up one by one: where statistics tell of empty tables, plans would go through all rows for each.
  cross join lateral (
    select known.* from public.api_endpoints as known where known.id = test_case.endpoint_id offset 0
  ) as endpoint
  left join lateral (
    select known.* from public.test_request_configs as known where known.test_case_id = test_case.id offset 0
  ) as config on true
  left join lateral (
    select known.* from public.test_response_specs as known where known.test_case_id = test_case.id offset 0
  ) as spec on true
  left join lateral (
    select jsonb_agg(
      jsonb_build_object(
        'required_test_key', required.key, 'dependency_type', dependency.dependency_type,
        'condition', dependency.condition
      )
      order by required.key
    ) as dependencies
    from public.test_dependencies as dependency
    cross join lateral (
      select known.key from public.test_cases as known where known.id = dependency.required_test_id offset 0
    ) as required
    where dependency.dependent_test_id = test_case.id
  ) as needed on true
  where test_case.suite_id = in_suite_id
$$;

create or replace function private.make_suite_version(in_suite_id uuid)
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
      cross join lateral (
        select known.id from public.test_dependencies as known where known.dependent_test_id = test_case.id offset 0
      ) as dependency
      where test_case.suite_id = suite.id
    )
  ))
  from public.test_suites as suite
  where suite.id = in_suite_id
$$;

create or replace function private.list_tested_cases(in_suite_id uuid, kept_keys text[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(test_case.key order by test_case.key), '[]')
  from public.test_cases as test_case
  where test_case.suite_id = in_suite_id and test_case.key not in (select unnest(kept_keys))
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

create or replace function private.list_dependents_elsewhere(in_suite_id uuid, kept_keys text[])
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
  where required.suite_id = in_suite_id and required.key not in (select unnest(kept_keys)) and dependent.suite_id <> in_suite_id
$$;

create or replace function public.get_suite_document_state(request jsonb)
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
      where test_case.project_id = project.id and test_case.key in (select unnest(wanted.keys || wanted.required))
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
