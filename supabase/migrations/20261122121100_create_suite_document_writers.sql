-- apply_suite_document: makes a suite be as a document says, in one transaction, or only tries to.
-- Risk: none, new functions only. Pair: create_suite_document_readers.
set lock_timeout = '5s';

create function private.refuse_changed_suite(request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  known_id uuid := (request -> 'suite' ->> 'id')::uuid;
begin
  if known_id is null and exists (
    select from public.test_suites as suite
    where suite.project_id = (request ->> 'project_id')::uuid and suite.name = request -> 'suite' ->> 'name'
  ) then
    perform private.refuse('409', 'the suite was created meanwhile', null, 'changed_meanwhile');
  end if;
  -- Nobody else adds, changes or removes a case of it until commit.
  perform from public.test_suites as suite where suite.id = known_id for update;
  perform from public.test_cases as test_case where test_case.suite_id = known_id order by test_case.id for update;
  if private.make_suite_version(known_id) is distinct from request ->> 'version' then
    perform private.refuse('409', 'the suite was changed meanwhile', null, 'changed_meanwhile');
  end if;
end;
$$;
comment on function private.refuse_changed_suite(jsonb) is
  'Refuses a document of a suite that is not the one any more which it was compared with.';
revoke execute on function private.refuse_changed_suite(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_changed_suite(jsonb) to authenticated, service_role;

create function private.write_suite(in_project_id uuid, document jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  written_id uuid := (document ->> 'id')::uuid;
begin
  if written_id is null then
    insert into public.test_suites (project_id, name, description, enabled, order_index)
    select
      in_project_id, document ->> 'name', document ->> 'description', (document ->> 'enabled')::boolean,
      coalesce(max(suite.order_index) + 1, 0)
    from public.test_suites as suite
    where suite.project_id = in_project_id
    returning id into written_id;
    return written_id;
  end if;
  update public.test_suites as suite set
    description = document ->> 'description', enabled = (document ->> 'enabled')::boolean
  where suite.id = written_id
    and (suite.description, suite.enabled)
    is distinct from (document ->> 'description', (document ->> 'enabled')::boolean);
  return written_id;
end;
$$;
comment on function private.write_suite(uuid, jsonb) is
  'Creates a suite behind all others of the project, or changes the one with this id.';
revoke execute on function private.write_suite(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_suite(uuid, jsonb) to authenticated, service_role;

create function private.write_fixtures(in_project_id uuid, fixtures jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_data_fixtures (project_id, name, description, fixture_type, data, tags)
  select
    in_project_id, wanted.value ->> 'name', wanted.value ->> 'description', wanted.value ->> 'fixture_type',
    wanted.value -> 'data', private.to_texts(wanted.value -> 'tags')
  from jsonb_array_elements(fixtures) as wanted
  on conflict on constraint test_data_fixtures_project_id_name_key do update set
    description = excluded.description, fixture_type = excluded.fixture_type, data = excluded.data,
    tags = excluded.tags
$$;
comment on function private.write_fixtures(uuid, jsonb) is
  'Makes fixtures of a project be as a document says, known by their names.';
revoke execute on function private.write_fixtures(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_fixtures(uuid, jsonb) to authenticated, service_role;

create function private.retire_cases(in_suite_id uuid, request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  renamed uuid[] := private.to_texts(request -> 'renamed');
begin
  delete from public.test_cases as test_case
  where test_case.suite_id = in_suite_id and test_case.id = any (private.to_texts(request -> 'deleted')::uuid[]);
  update public.test_cases as test_case set enabled = false
  where test_case.suite_id = in_suite_id and test_case.id = any (private.to_texts(request -> 'disabled')::uuid[]);
  -- Cases that exchange their names are out of each other's way for a moment.
  update public.test_cases as test_case set name = test_case.id::text
  where test_case.suite_id = in_suite_id and test_case.id = any (renamed);
end;
$$;
comment on function private.retire_cases(uuid, jsonb) is
  'Deletes and disables cases of a suite, and frees the names that other cases are to have.';
revoke execute on function private.retire_cases(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.retire_cases(uuid, jsonb) to authenticated, service_role;

create function private.refuse_unknown_requirements(in_project_id uuid, cases jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  missing text;
begin
  select string_agg(distinct wanted.value ->> 'required_test_key', ', ') into missing
  from jsonb_array_elements(cases) as item
  cross join lateral jsonb_array_elements(item.value -> 'document' -> 'dependencies') as wanted
  where not exists (
    select from public.test_cases as required
    where required.project_id = in_project_id and required.key = wanted.value ->> 'required_test_key'
  );
  if missing is not null then
    perform private.refuse('422', 'required test not found', missing, 'required_test_not_found');
  end if;
end;
$$;
comment on function private.refuse_unknown_requirements(uuid, jsonb) is
  'Refuses cases that depend on keys which the project does not have.';
revoke execute on function private.refuse_unknown_requirements(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_unknown_requirements(uuid, jsonb) to authenticated, service_role;

create function private.create_suite_cases(in_suite public.test_suites, created jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  documents jsonb := coalesce((select jsonb_agg(item.value -> 'document') from jsonb_array_elements(created) as item), '[]');
begin
  insert into public.api_endpoints (project_id, method, path, name)
  select distinct
    in_suite.project_id, called.method, called.path, left(called.method || ' ' || called.path, 200)
  from jsonb_array_elements(documents) as item (document)
  cross join jsonb_to_record(item.document -> 'endpoint') as called (method text, path text)
  on conflict on constraint api_endpoints_project_id_path_method_key do nothing;
  insert into public.test_cases (
    suite_id, endpoint_id, key, name, description, order_index, enabled, timeout_ms, retry_count, tags, phase, locks,
    retry, poll, iterate
  )
  select
    in_suite.id, endpoint.id, wanted.key, wanted.name, wanted.description, wanted.order_index, wanted.enabled,
    wanted.timeout_ms, wanted.retry_count, wanted.tags, wanted.phase, wanted.locks, wanted.retry, wanted.poll,
    wanted.iterate
  from jsonb_array_elements(documents) as item (document)
  cross join jsonb_populate_record(null::public.test_cases, item.document - 'endpoint') as wanted
  inner join public.api_endpoints as endpoint
    on endpoint.project_id = in_suite.project_id and endpoint.path = item.document -> 'endpoint' ->> 'path'
    and endpoint.method = item.document -> 'endpoint' ->> 'method';
  insert into public.test_request_configs (
    test_case_id, headers, query_params, path_params, body, body_type, auth_type, auth_token_ref, auth, cookies,
    transfer
  )
  select
    test_case.id, wanted.headers, wanted.query_params, wanted.path_params, wanted.body, wanted.body_type,
    wanted.auth_type, wanted.auth_token_ref, wanted.auth, wanted.cookies, wanted.transfer
  from jsonb_array_elements(documents) as item (document)
  cross join jsonb_populate_record(null::public.test_request_configs, item.document -> 'request') as wanted
  inner join public.test_cases as test_case
    on test_case.project_id = in_suite.project_id and test_case.key = item.document ->> 'key';
  insert into public.test_response_specs (
    test_case_id, expected_status_code, expected_headers, expected_body, body_match_type, response_time_max_ms,
    assertions, capture_vars, snapshots, ignore_paths
  )
  select
    test_case.id, wanted.expected_status_code, wanted.expected_headers, wanted.expected_body, wanted.body_match_type,
    wanted.response_time_max_ms, wanted.assertions, wanted.capture_vars, wanted.snapshots, wanted.ignore_paths
  from jsonb_array_elements(documents) as item (document)
  cross join jsonb_populate_record(null::public.test_response_specs, item.document -> 'response') as wanted
  inner join public.test_cases as test_case
    on test_case.project_id = in_suite.project_id and test_case.key = item.document ->> 'key';
end;
$$;
comment on function private.create_suite_cases(public.test_suites, jsonb) is
  'Creates many whole cases at once, without their dependencies.';
revoke execute on function private.create_suite_cases(public.test_suites, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.create_suite_cases(public.test_suites, jsonb) to authenticated, service_role;

create function private.write_suite_cases(in_project_id uuid, in_suite_id uuid, request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  suite public.test_suites;
  written jsonb := (request -> 'created') || (request -> 'updated');
begin
  select * into suite from public.test_suites where id = in_suite_id;
  perform private.create_suite_cases(suite, request -> 'created');
  perform private.rewrite_case(present.id, present.updated_at, item.value -> 'document')
  from jsonb_array_elements(request -> 'updated') as item
  inner join public.test_cases as present
    on present.id = (item.value ->> 'test_case_id')::uuid and present.suite_id = in_suite_id;
  perform private.refuse_unknown_requirements(in_project_id, written);
  perform private.import_dependencies(in_project_id, written);
  perform private.refuse_unknown_fixtures(test_case.id)
  from jsonb_array_elements(written) as item
  inner join public.test_cases as test_case
    on test_case.project_id = in_project_id and test_case.key = item.value -> 'document' ->> 'key'
  -- Whoever uses one writes this word.
  where strpos(item.value::text, 'fixture') > 0;
  update public.test_cases as test_case set order_index = (place.value ->> 'order_index')::integer
  from jsonb_array_elements(request -> 'places') as place
  where test_case.id = (place.value ->> 'id')::uuid and test_case.suite_id = in_suite_id
    and test_case.order_index <> (place.value ->> 'order_index')::integer;
end;
$$;
comment on function private.write_suite_cases(uuid, uuid, jsonb) is
  'Creates, rewrites and orders the cases of a suite; refused when they use what is not there.';
revoke execute on function private.write_suite_cases(uuid, uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_suite_cases(uuid, uuid, jsonb) to authenticated, service_role;

create function private.write_suite_document(request jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  project uuid := (request ->> 'project_id')::uuid;
  suite uuid := private.write_suite(project, request -> 'suite');
begin
  perform private.write_fixtures(project, request -> 'fixtures');
  perform private.upsert_endpoint(project, wanted.value) from jsonb_array_elements(request -> 'endpoints') as wanted;
  perform private.retire_cases(suite, request);
  perform private.write_suite_cases(project, suite, request);
  return suite;
end;
$$;
comment on function private.write_suite_document(jsonb) is
  'Writes all of a document that apply_suite_document takes; answers the id of the suite.';
revoke execute on function private.write_suite_document(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_suite_document(jsonb) to authenticated, service_role;

create function public.apply_suite_document(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  suite uuid;
begin
  -- Two documents for suites of the same project take turns.
  perform pg_advisory_xact_lock(hashtextextended('suite_documents:' || (request ->> 'project_id'), 0));
  perform private.refuse_changed_suite(request);
  if (request -> 'dry_run')::boolean then
    begin
      perform private.write_suite_document(request);
      raise exception using errcode = 'AT001', message = 'tried';
    exception
      -- Everything that the block wrote is undone.
      when sqlstate 'AT001' then return null;
    end;
  end if;
  suite := private.write_suite_document(request);
  return public.get_suite_document(jsonb_build_object('suite_id', suite, 'fixtures', true));
end;
$$;
comment on function public.apply_suite_document(jsonb) is
  'Request {project_id, version, suite, fixtures, endpoints, created, updated, deleted, disabled, renamed, places, dry_run}; '
  'answers as get_suite_document. A dry run is refused as the real one would be, and leaves and answers nothing.';
revoke execute on function public.apply_suite_document(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.apply_suite_document(jsonb) to authenticated, service_role;
