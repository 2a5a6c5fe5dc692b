-- Parts of create_test_case: request, response, and the fixtures that a case uses.
-- Risk: none, new functions only. Pair: replace_test_case_function.
set lock_timeout = '5s';

create function private.to_texts(list jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array(select jsonb_array_elements_text(coalesce(nullif(list, 'null'), '[]')))
$$;
comment on function private.to_texts(jsonb) is
  'The texts of a list; none for null.';
revoke execute on function private.to_texts(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.to_texts(jsonb) to authenticated, service_role;

create function private.to_object(value jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select coalesce(nullif(value, 'null'), '{}')
$$;
comment on function private.to_object(jsonb) is
  'The value, or an empty object for null.';
revoke execute on function private.to_object(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.to_object(jsonb) to authenticated, service_role;

create function private.add_request_config(test_case_id uuid, config jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_request_configs (
    test_case_id, headers, query_params, path_params, body, body_type, auth_type, auth_token_ref, auth, cookies, transfer
  )
  values (
    add_request_config.test_case_id,
    private.to_object(config -> 'headers'),
    private.to_object(config -> 'query_params'),
    private.to_object(config -> 'path_params'),
    nullif(config -> 'body', 'null'),
    coalesce(config ->> 'body_type', 'json'),
    coalesce(config ->> 'auth_type', 'none'),
    config ->> 'auth_token_ref',
    private.to_object(config -> 'auth'),
    private.to_object(config -> 'cookies'),
    private.to_object(config -> 'transfer')
  )
$$;
comment on function private.add_request_config(uuid, jsonb) is
  'Stores how a case calls its endpoint.';
revoke execute on function private.add_request_config(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.add_request_config(uuid, jsonb) to authenticated, service_role;

create function private.add_response_spec(test_case_id uuid, spec jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_response_specs (
    test_case_id, expected_status_code, expected_headers, expected_body, body_match_type, response_time_max_ms,
    assertions, capture_vars, snapshots, ignore_paths
  )
  values (
    add_response_spec.test_case_id,
    nullif(spec -> 'expected_status_code', 'null'),
    private.to_object(spec -> 'expected_headers'),
    nullif(spec -> 'expected_body', 'null'),
    coalesce(spec ->> 'body_match_type', 'partial'),
    (spec ->> 'response_time_max_ms')::integer,
    coalesce(nullif(spec -> 'assertions', 'null'), '[]'),
    private.to_object(spec -> 'capture_vars'),
    private.to_object(spec -> 'snapshots'),
    private.to_texts(spec -> 'ignore_paths')
  )
$$;
comment on function private.add_response_spec(uuid, jsonb) is
  'Stores what a case expects and captures.';
revoke execute on function private.add_response_spec(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.add_response_spec(uuid, jsonb) to authenticated, service_role;

create function private.refuse_unknown_fixtures(test_case_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  missing text;
begin
  select string_agg(used.name, ', ' order by used.name) into missing
  from private.list_used_fixtures(refuse_unknown_fixtures.test_case_id) as used
  where not exists (
    select from public.test_cases as test_case
    inner join public.test_data_fixtures as fixture
      on fixture.project_id = test_case.project_id and fixture.name = used.name
    where test_case.id = refuse_unknown_fixtures.test_case_id
  );
  if missing is not null then
    perform private.refuse('422', 'fixture not found', missing, 'fixture_not_found');
  end if;
end;
$$;
comment on function private.refuse_unknown_fixtures(uuid) is
  'Refuses a case that uses a fixture which its project does not have.';
revoke execute on function private.refuse_unknown_fixtures(uuid) from public, anon, authenticated, service_role;
grant execute on function private.refuse_unknown_fixtures(uuid) to authenticated, service_role;
