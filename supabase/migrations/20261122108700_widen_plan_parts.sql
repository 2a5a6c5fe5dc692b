-- Parts of get_run_plan: everything that tests can say, and the fixtures that they use.
-- Risk: none, functions are replaced and added. Pair: replace_run_plan_function.
set lock_timeout = '5s';

create or replace function private.list_planned_tests(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name,
      'suite_id', suite.id, 'suite_name', suite.name, 'order_index', test_case.order_index,
      'timeout_ms', test_case.timeout_ms, 'retry_count', test_case.retry_count, 'revision', test_case.revision,
      'method', endpoint.method, 'path', endpoint.path, 'phase', test_case.phase, 'locks', test_case.locks,
      'retry', test_case.retry, 'poll', test_case.poll, 'iterate', test_case.iterate
    )
    || jsonb_build_object(
      'headers', coalesce(config.headers, '{}'), 'query_params', coalesce(config.query_params, '{}'),
      'path_params', coalesce(config.path_params, '{}'), 'body', config.body,
      'body_type', coalesce(config.body_type, 'json'), 'auth_type', coalesce(config.auth_type, 'none'),
      'auth_token_ref', config.auth_token_ref, 'auth', coalesce(config.auth, '{}'),
      'cookies', coalesce(config.cookies, '{}'), 'transfer', coalesce(config.transfer, '{}')
    )
    || jsonb_build_object(
      'expected_status_code', spec.expected_status_code, 'expected_headers', coalesce(spec.expected_headers, '{}'),
      'expected_body', spec.expected_body, 'body_match_type', coalesce(spec.body_match_type, 'partial'),
      'response_time_max_ms', spec.response_time_max_ms, 'assertions', coalesce(spec.assertions, '[]'),
      'capture_vars', coalesce(spec.capture_vars, '{}'), 'snapshots', coalesce(spec.snapshots, '{}'),
      'ignore_paths', coalesce(spec.ignore_paths, '{}'), 'response_schemas', case
        when spec.assertions @> '[{"type": "openapi"}]' then endpoint.response_schemas
      end
    )
    order by suite.order_index, suite.name, test_case.order_index, test_case.key
  ), '[]')
  from public.test_cases as test_case
  inner join public.test_suites as suite on suite.id = test_case.suite_id
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = any (run.planned_test_ids)
$$;

create or replace function private.list_planned_dependencies(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'dependent_test_id', dependency.dependent_test_id, 'required_test_id', dependency.required_test_id,
    'dependency_type', dependency.dependency_type, 'condition', dependency.condition
  )), '[]')
  from public.test_dependencies as dependency
  where dependency.dependent_test_id = any (run.planned_test_ids)
    and dependency.required_test_id = any (run.planned_test_ids)
$$;

create function private.list_planned_fixtures(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(fixture.name, fixture.data), '{}')
  from public.test_data_fixtures as fixture
  where fixture.organization_id = run.organization_id and fixture.project_id = run.project_id
    and fixture.id in (
      select usage.fixture_id from public.fixture_usage as usage
      where usage.organization_id = run.organization_id and usage.project_id = run.project_id
        and usage.test_case_id = any (run.planned_test_ids)
    )
$$;
comment on function private.list_planned_fixtures(public.test_runs) is
  'Name -> data of the fixtures that the tests of a run use.';
revoke execute on function private.list_planned_fixtures(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_planned_fixtures(public.test_runs) to service_role;
