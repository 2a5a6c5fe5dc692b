-- create_test_case: a case with endpoint, request, response and dependencies, all or nothing.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.upsert_endpoint(project_id uuid, endpoint jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  endpoint_id uuid;
begin
  insert into public.api_endpoints as existing (project_id, method, path, name, description)
  values (
    upsert_endpoint.project_id, upper(endpoint ->> 'method'), endpoint ->> 'path',
    coalesce(endpoint ->> 'name', left(upper(endpoint ->> 'method') || ' ' || (endpoint ->> 'path'), 200)),
    endpoint ->> 'description'
  )
  on conflict on constraint api_endpoints_project_id_path_method_key do update set
    name = coalesce(endpoint ->> 'name', existing.name),
    description = coalesce(endpoint ->> 'description', existing.description)
  returning existing.id into endpoint_id;
  return endpoint_id;
end;
$$;
comment on function private.upsert_endpoint(uuid, jsonb) is
  'The endpoint of a project with this method and path, made when missing.';
revoke execute on function private.upsert_endpoint(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.upsert_endpoint(uuid, jsonb) to authenticated, service_role;

create function private.add_dependencies(dependent_id uuid, in_project_id uuid, dependencies jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  missing text;
begin
  select string_agg(item.value ->> 'required_test_key', ', ') into missing
  from jsonb_array_elements(dependencies) as item
  where not exists (
    select from public.test_cases as required
    where required.project_id = in_project_id and required.key = item.value ->> 'required_test_key'
  );
  if missing is not null then
    perform private.refuse('422', 'required test not found', missing, 'required_test_not_found');
  end if;
  insert into public.test_dependencies (dependent_test_id, required_test_id, dependency_type)
  select dependent_id, required.id, coalesce(item.value ->> 'dependency_type', 'order')
  from jsonb_array_elements(dependencies) as item
  inner join public.test_cases as required
    on required.project_id = in_project_id and required.key = item.value ->> 'required_test_key';
end;
$$;
comment on function private.add_dependencies(uuid, uuid, jsonb) is
  'Adds dependencies given by the keys of the required tests.';
revoke execute on function private.add_dependencies(uuid, uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.add_dependencies(uuid, uuid, jsonb) to authenticated, service_role;

create function public.create_test_case(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  suite public.test_suites;
  new_id uuid;
  config jsonb := coalesce(nullif(request -> 'request', 'null'), '{}');
  spec jsonb := coalesce(nullif(request -> 'response', 'null'), '{}');
begin
  select * into suite from public.test_suites where id = (request ->> 'suite_id')::uuid;
  if not found then
    perform private.refuse('404', 'suite not found', null, 'not_found');
  end if;
  insert into public.test_cases (
    suite_id, endpoint_id, key, name, description, order_index, enabled, timeout_ms, retry_count, tags
  )
  values (
    suite.id,
    private.upsert_endpoint(suite.project_id, request -> 'endpoint'),
    coalesce(
      request ->> 'key', left(trim(both '-' from regexp_replace(lower(request ->> 'name'), '[^a-z0-9]+', '-', 'g')), 63)
    ),
    request ->> 'name',
    request ->> 'description',
    coalesce((request ->> 'order_index')::integer, 0),
    coalesce((request ->> 'enabled')::boolean, true),
    coalesce((request ->> 'timeout_ms')::integer, 30000),
    coalesce((request ->> 'retry_count')::integer, 0),
    array(select jsonb_array_elements_text(coalesce(nullif(request -> 'tags', 'null'), '[]')))
  )
  returning id into new_id;
  insert into public.test_request_configs (
    test_case_id, headers, query_params, path_params, body, body_type, auth_type, auth_token_ref
  )
  values (
    new_id,
    coalesce(nullif(config -> 'headers', 'null'), '{}'),
    coalesce(nullif(config -> 'query_params', 'null'), '{}'),
    coalesce(nullif(config -> 'path_params', 'null'), '{}'),
    nullif(config -> 'body', 'null'),
    coalesce(config ->> 'body_type', 'json'),
    coalesce(config ->> 'auth_type', 'none'),
    config ->> 'auth_token_ref'
  );
  insert into public.test_response_specs (
    test_case_id, expected_status_code, expected_headers, expected_body, body_match_type, response_time_max_ms,
    assertions, capture_vars
  )
  values (
    new_id,
    nullif(spec -> 'expected_status_code', 'null'),
    coalesce(nullif(spec -> 'expected_headers', 'null'), '{}'),
    nullif(spec -> 'expected_body', 'null'),
    coalesce(spec ->> 'body_match_type', 'partial'),
    (spec ->> 'response_time_max_ms')::integer,
    coalesce(nullif(spec -> 'assertions', 'null'), '[]'),
    coalesce(nullif(spec -> 'capture_vars', 'null'), '{}')
  );
  perform private.add_dependencies(
    new_id, suite.project_id, coalesce(nullif(request -> 'dependencies', 'null'), '[]')
  );
  return public.get_test_case(jsonb_build_object('test_case_id', new_id));
end;
$$;
comment on function public.create_test_case(jsonb) is
  'Request: a case document with suite_id and required_test_key in its dependencies; answers the full document.';
revoke execute on function public.create_test_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.create_test_case(jsonb) to authenticated, service_role;
