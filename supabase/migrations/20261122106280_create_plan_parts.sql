-- Parts of get_run_plan: tests, environment, dependencies and recorded results of a run.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.list_planned_tests(run public.test_runs)
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
      'method', endpoint.method, 'path', endpoint.path
    )
    || jsonb_build_object(
      'headers', coalesce(config.headers, '{}'), 'query_params', coalesce(config.query_params, '{}'),
      'path_params', coalesce(config.path_params, '{}'), 'body', config.body,
      'body_type', coalesce(config.body_type, 'json'), 'auth_type', coalesce(config.auth_type, 'none'),
      'auth_token_ref', config.auth_token_ref
    )
    || jsonb_build_object(
      'expected_status_code', spec.expected_status_code, 'expected_headers', coalesce(spec.expected_headers, '{}'),
      'expected_body', spec.expected_body, 'body_match_type', coalesce(spec.body_match_type, 'partial'),
      'response_time_max_ms', spec.response_time_max_ms, 'assertions', coalesce(spec.assertions, '[]'),
      'capture_vars', coalesce(spec.capture_vars, '{}')
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
comment on function private.list_planned_tests(public.test_runs) is
  'Tests of a run with everything needed to carry them out.';
revoke execute on function private.list_planned_tests(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_planned_tests(public.test_runs) to service_role;

create function private.get_plan_environment(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', environment.id, 'name', environment.name, 'base_url', environment.base_url,
    'variables', coalesce(
      (
        select jsonb_object_agg(variable.key, variable.value)
        from public.environment_variables as variable
        where variable.environment_id = environment.id and not variable.is_secret
      ),
      '{}'
    ),
    'secret_keys', coalesce(
      (
        select jsonb_agg(variable.key order by variable.key)
        from public.environment_variables as variable
        where variable.environment_id = environment.id and variable.is_secret
      ),
      '[]'
    )
  )
  from public.environments as environment
  where environment.id = run.environment_id
$$;
comment on function private.get_plan_environment(public.test_runs) is
  'Environment of a run; of secrets only the names.';
revoke execute on function private.get_plan_environment(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.get_plan_environment(public.test_runs) to service_role;

create function private.list_planned_dependencies(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'dependent_test_id', dependency.dependent_test_id, 'required_test_id', dependency.required_test_id,
    'dependency_type', dependency.dependency_type
  )), '[]')
  from public.test_dependencies as dependency
  where dependency.dependent_test_id = any (run.planned_test_ids)
    and dependency.required_test_id = any (run.planned_test_ids)
$$;
comment on function private.list_planned_dependencies(public.test_runs) is
  'Dependencies between the tests of a run.';
revoke execute on function private.list_planned_dependencies(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_planned_dependencies(public.test_runs) to service_role;

create function private.list_recorded_results(run public.test_runs)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'test_case_id', result.test_case_id, 'iteration', result.iteration, 'status', result.status,
      'reason', result.reason
    )), '[]')
    from public.test_results as result
    where result.run_id = run.id and result.run_date = run.run_date and result.is_final
  );
end;
$$;
comment on function private.list_recorded_results(public.test_runs) is
  'Final results that a run already has.';
revoke execute on function private.list_recorded_results(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_recorded_results(public.test_runs) to service_role;
