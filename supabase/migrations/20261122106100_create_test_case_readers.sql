-- get_test_case and get_test_execution_chain: a case as one document, and what it requires.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function public.get_test_case(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select to_jsonb(test_case) || jsonb_build_object(
    'endpoint', jsonb_build_object(
      'id', endpoint.id, 'method', endpoint.method, 'path', endpoint.path, 'name', endpoint.name,
      'description', endpoint.description
    ),
    'request', to_jsonb(config) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
    'response', to_jsonb(spec) - '{id,organization_id,test_case_id,created_at,updated_at}'::text[],
    'dependencies', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'required_test_id', required.id, 'required_test_key', required.key,
          'dependency_type', dependency.dependency_type
        )
        order by required.key
      )
      from public.test_dependencies as dependency
      inner join public.test_cases as required on required.id = dependency.required_test_id
      where dependency.dependent_test_id = test_case.id
    ), '[]')
  )
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = (request ->> 'test_case_id')::uuid
$$;
comment on function public.get_test_case(jsonb) is
  'Request {test_case_id}; answers the case with endpoint, request, response and dependencies, or null.';
revoke execute on function public.get_test_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_case(jsonb) to authenticated, service_role;

create function public.get_test_execution_chain(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with recursive chain as (
    select test_case.id, 0 as depth
    from public.test_cases as test_case
    where test_case.id = (request ->> 'test_case_id')::uuid
    union
    select dependency.required_test_id, chain.depth + 1
    from chain
    inner join public.test_dependencies as dependency on dependency.dependent_test_id = chain.id
  )
  select case when exists (select from chain) then coalesce(jsonb_agg(
    jsonb_build_object('test_case_id', required.id, 'key', required.key, 'name', required.name, 'depth', link.depth)
    order by link.depth desc, required.key
  ), '[]') end
  from (select chain.id, max(chain.depth) as depth from chain where chain.depth > 0 group by chain.id) as link
  inner join public.test_cases as required on required.id = link.id
$$;
comment on function public.get_test_execution_chain(jsonb) is
  'Request {test_case_id}; answers every test it requires, in an order in which they can run, or null.';
revoke execute on function public.get_test_execution_chain(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_execution_chain(jsonb) to authenticated, service_role;
