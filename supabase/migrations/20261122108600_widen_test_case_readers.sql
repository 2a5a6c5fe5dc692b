-- get_test_case shows the condition of dependencies and the fixtures that the case uses.
-- Risk: none, a function is replaced.
set lock_timeout = '5s';

create or replace function public.get_test_case(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select to_jsonb(test_case) || jsonb_build_object(
    'endpoint', jsonb_build_object(
      'id', endpoint.id, 'method', endpoint.method, 'path', endpoint.path, 'name', endpoint.name,
      'description', endpoint.description, 'response_schemas', endpoint.response_schemas
    ),
    'request', to_jsonb(config) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
    'response', to_jsonb(spec) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
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
      where usage.test_case_id = test_case.id
    ), '[]')
  )
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = (request ->> 'test_case_id')::uuid
$$;
comment on function public.get_test_case(jsonb) is
  'Request {test_case_id}; answers the case with endpoint, request, response, dependencies and fixtures, or null.';
