-- replace_test_case and delete_test_case: one transaction each, refused when the case is not the one that was read.
-- get_test_case answers defaults where a case that was made in Studio has no request or response yet.
-- Risk: none, new functions, one replaced. Pair: write_only_changes_of_cases.
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
      where usage.test_case_id = test_case.id
    ), '[]')
  )
  from public.test_cases as test_case
  inner join public.api_endpoints as endpoint on endpoint.id = test_case.endpoint_id
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  where test_case.id = (request ->> 'test_case_id')::uuid
$$;

create function private.refuse_write(is_visible boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if is_visible then
    perform private.refuse('403', 'role too low', null, 'forbidden');
  end if;
  perform private.refuse('404', 'not found', null, 'not_found');
end;
$$;
comment on function private.refuse_write(boolean) is
  'Refuses a write: what is seen needs another role, what is not seen does not exist.';
revoke execute on function private.refuse_write(boolean) from public, anon, authenticated, service_role;
grant execute on function private.refuse_write(boolean) to authenticated, service_role;

create function private.refuse_changed(updated_at timestamptz, request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if updated_at <> (request ->> 'read_at')::timestamptz then
    perform private.refuse('409', 'changed meanwhile', null, 'changed_meanwhile');
  end if;
end;
$$;
comment on function private.refuse_changed(timestamptz, jsonb) is
  'Refuses a request about a row that was changed after its read_at; without one nothing is compared.';
revoke execute on function private.refuse_changed(timestamptz, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_changed(timestamptz, jsonb) to authenticated, service_role;

create function private.lock_test_case(request jsonb)
returns public.test_cases
language plpgsql
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'test_case_id')::uuid;
  test_case public.test_cases;
begin
  -- Only what one may change can be locked.
  select * into test_case from public.test_cases where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.test_cases where id = wanted_id));
  end if;
  perform private.refuse_changed(test_case.updated_at, request);
  return test_case;
end;
$$;
comment on function private.lock_test_case(jsonb) is
  'The case of a request, which nobody else changes until commit; refused as refuse_write and refuse_changed say.';
revoke execute on function private.lock_test_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.lock_test_case(jsonb) to authenticated, service_role;

create function public.replace_test_case(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  present public.test_cases := private.lock_test_case(request);
  document jsonb := request -> 'document';
begin
  if document ? 'suite_id' and not exists (
    select from public.test_suites
    where id = (document ->> 'suite_id')::uuid and project_id = present.project_id
  ) then
    perform private.refuse('422', 'suite not found', document ->> 'suite_id', 'suite_not_found');
  end if;
  perform private.write_case(present, document);
  perform private.refuse_unknown_fixtures(present.id);
  perform private.add_dependencies(present.id, present.project_id, document -> 'dependencies');
  return public.get_test_case(jsonb_build_object('test_case_id', present.id));
end;
$$;
comment on function public.replace_test_case(jsonb) is
  'Request {test_case_id, read_at, document}: a whole case document, with suite_id to move it; answers the full document.';
revoke execute on function public.replace_test_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.replace_test_case(jsonb) to authenticated, service_role;

create function private.refuse_required_tests(test_case_ids uuid[], request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  dependents text;
begin
  if coalesce((request ->> 'cascade')::boolean, false) then
    return;
  end if;
  select string_agg(found.key, ', ' order by found.key) into dependents
  from (
    select distinct dependent.key
    from public.test_dependencies as dependency
    inner join public.test_cases as dependent on dependent.id = dependency.dependent_test_id
    where dependency.required_test_id = any (test_case_ids)
      and not dependency.dependent_test_id = any (test_case_ids)
    order by dependent.key
    limit 20
  ) as found;
  if dependents is not null then
    perform private.refuse('409', 'required by', dependents, 'test_case_in_use');
  end if;
end;
$$;
comment on function private.refuse_required_tests(uuid[], jsonb) is
  'Refuses, unless the request says cascade, that tests go which others require; names up to 20 of these.';
revoke execute on function private.refuse_required_tests(uuid[], jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_required_tests(uuid[], jsonb) to authenticated, service_role;

create function public.delete_test_case(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  present public.test_cases := private.lock_test_case(request);
begin
  perform private.refuse_required_tests(array[present.id], request);
  delete from public.test_cases where id = present.id;
  return jsonb_build_object('id', present.id);
end;
$$;
comment on function public.delete_test_case(jsonb) is
  'Request {test_case_id, read_at, cascade}; deletes the case and its results, unless others require it; answers {id}.';
revoke execute on function public.delete_test_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_test_case(jsonb) to authenticated, service_role;
