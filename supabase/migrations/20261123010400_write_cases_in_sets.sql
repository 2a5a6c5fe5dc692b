-- Cases are created and rewritten all at once: as many statements for a thousand as for one.
-- Risk: none, new functions; write_case has a new body. Pair: write_catalogue_in_sets.
set lock_timeout = '5s';

create function private.upsert_endpoints(in_project_id uuid, endpoints jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  told jsonb := (
    select coalesce(jsonb_agg(to_jsonb(endpoint)), '[]')
    from (
      -- Of several that tell the same, the last one is right.
      select
        upper(item.value ->> 'method') as method, item.value ->> 'path' as path,
        (array_agg(item.value ->> 'name' order by item.ordinality desc)
          filter (where item.value ->> 'name' is not null))[1] as name,
        (array_agg(item.value ->> 'description' order by item.ordinality desc)
          filter (where item.value ->> 'description' is not null))[1] as description,
        (array_agg(item.value -> 'response_schemas' order by item.ordinality desc)
          filter (where item.value ->> 'response_schemas' is not null))[1] as response_schemas
      from jsonb_array_elements(endpoints) with ordinality as item
      group by 1, 2
    ) as endpoint
  );
begin
  insert into public.api_endpoints (project_id, method, path, name)
  select in_project_id, wanted.method, wanted.path, left(wanted.method || ' ' || wanted.path, 200)
  from jsonb_populate_recordset(null::public.api_endpoints, told) as wanted
  where not exists (
    select from public.api_endpoints as known
    where known.project_id = in_project_id and known.path = wanted.path and known.method = wanted.method
  )
  on conflict on constraint api_endpoints_project_id_path_method_key do nothing;
  update public.api_endpoints as known set
    name = coalesce(wanted.name, known.name), description = coalesce(wanted.description, known.description),
    response_schemas = coalesce(wanted.response_schemas, known.response_schemas)
  from jsonb_populate_recordset(null::public.api_endpoints, told) as wanted
  where known.project_id = in_project_id and known.path = wanted.path and known.method = wanted.method
    and (
      coalesce(wanted.name, known.name), coalesce(wanted.description, known.description),
      coalesce(wanted.response_schemas, known.response_schemas)
    ) is distinct from (known.name, known.description, known.response_schemas);
end;
$$;
comment on function private.upsert_endpoints(uuid, jsonb) is
  'Makes the endpoints of a project with these methods and paths, and stores what is told of them.';
revoke execute on function private.upsert_endpoints(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.upsert_endpoints(uuid, jsonb) to authenticated, service_role;

create function private.create_cases(in_project_id uuid, created jsonb, in_suite_id uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- The ids are known before, so that no statement has to look for what another one wrote.
  ids uuid[] := array(select gen_random_uuid() from jsonb_array_elements(created));
  documents jsonb[] := array(select item.value -> 'document' from jsonb_array_elements(created) as item);
  suite_names text[] := array(select item.value ->> 'suite' from jsonb_array_elements(created) as item);
begin
  perform private.upsert_endpoints(
    in_project_id, to_jsonb(array(select item.document -> 'endpoint' from unnest(documents) as item (document)))
  );
  insert into public.test_cases (
    id, suite_id, endpoint_id, key, name, description, order_index, enabled, timeout_ms, retry_count, tags, phase,
    locks, retry, poll, iterate
  )
  select
    item.id, suite.id, endpoint.id, wanted.key, wanted.name, wanted.description, wanted.order_index, wanted.enabled,
    wanted.timeout_ms, wanted.retry_count, wanted.tags, wanted.phase, wanted.locks, wanted.retry, wanted.poll,
    wanted.iterate
  from unnest(ids, documents, suite_names) with ordinality as item (id, document, suite_name, place)
  inner join public.test_suites as suite
    on suite.project_id = in_project_id
    and (suite.id = in_suite_id or (in_suite_id is null and suite.name = item.suite_name))
  inner join public.api_endpoints as endpoint
    on endpoint.project_id = in_project_id and endpoint.path = item.document -> 'endpoint' ->> 'path'
    and endpoint.method = upper(item.document -> 'endpoint' ->> 'method')
  cross join lateral jsonb_populate_record(null::public.test_cases, item.document - 'endpoint') as wanted
  order by item.place;
  insert into public.test_request_configs (
    test_case_id, headers, query_params, path_params, body, body_type, auth_type, auth_token_ref, auth, cookies,
    transfer
  )
  select
    item.id, wanted.headers, wanted.query_params, wanted.path_params, wanted.body, wanted.body_type, wanted.auth_type,
    wanted.auth_token_ref, wanted.auth, wanted.cookies, wanted.transfer
  from unnest(ids, documents) as item (id, document)
  cross join lateral jsonb_populate_record(null::public.test_request_configs, item.document -> 'request') as wanted;
  insert into public.test_response_specs (
    test_case_id, expected_status_code, expected_headers, expected_body, body_match_type, response_time_max_ms,
    assertions, capture_vars, snapshots, ignore_paths
  )
  select
    item.id, wanted.expected_status_code, wanted.expected_headers, wanted.expected_body, wanted.body_match_type,
    wanted.response_time_max_ms, wanted.assertions, wanted.capture_vars, wanted.snapshots, wanted.ignore_paths
  from unnest(ids, documents) as item (id, document)
  cross join lateral jsonb_populate_record(null::public.test_response_specs, item.document -> 'response') as wanted;
end;
$$;
comment on function private.create_cases(uuid, jsonb, uuid) is
  'Creates whole cases at once, without their dependencies: {document, suite}, the name unless all are of one suite.';
revoke execute on function private.create_cases(uuid, jsonb, uuid) from public, anon, authenticated, service_role;
grant execute on function private.create_cases(uuid, jsonb, uuid) to authenticated, service_role;

create function private.write_cases(in_project_id uuid, test_case_ids uuid[], documents jsonb[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  if cardinality(test_case_ids) = 0 then
    return;
  end if;
  perform private.upsert_endpoints(
    in_project_id, to_jsonb(array(select item.document -> 'endpoint' from unnest(documents) as item (document)))
  );
  update public.test_cases as stored set
    suite_id = wanted.suite_id, endpoint_id = wanted.endpoint_id, key = wanted.key, name = wanted.name,
    description = wanted.description, order_index = wanted.order_index, enabled = wanted.enabled,
    timeout_ms = wanted.timeout_ms, retry_count = wanted.retry_count, tags = wanted.tags, phase = wanted.phase,
    locks = wanted.locks, retry = wanted.retry, poll = wanted.poll, iterate = wanted.iterate
  from unnest(test_case_ids, documents) as item (id, document)
  inner join public.test_cases as present on present.id = item.id
  inner join public.api_endpoints as endpoint
    on endpoint.project_id = in_project_id and endpoint.path = item.document -> 'endpoint' ->> 'path'
    and endpoint.method = upper(item.document -> 'endpoint' ->> 'method')
  cross join lateral jsonb_populate_record(
    present, item.document || jsonb_build_object('endpoint_id', endpoint.id)
  ) as wanted
  where stored.id = present.id and wanted is distinct from present;
  -- Cases that were made in Studio may lack these.
  insert into public.test_request_configs (test_case_id)
  select item.id from unnest(test_case_ids) as item (id)
  where not exists (select from public.test_request_configs as known where known.test_case_id = item.id);
  update public.test_request_configs as stored set
    headers = wanted.headers, query_params = wanted.query_params, path_params = wanted.path_params,
    body = wanted.body, body_type = wanted.body_type, auth_type = wanted.auth_type,
    auth_token_ref = wanted.auth_token_ref, auth = wanted.auth, cookies = wanted.cookies, transfer = wanted.transfer
  from unnest(test_case_ids, documents) as item (id, document)
  inner join public.test_request_configs as present on present.test_case_id = item.id
  cross join lateral jsonb_populate_record(present, item.document -> 'request') as wanted
  where stored.id = present.id and wanted is distinct from present;
  insert into public.test_response_specs (test_case_id)
  select item.id from unnest(test_case_ids) as item (id)
  where not exists (select from public.test_response_specs as known where known.test_case_id = item.id);
  update public.test_response_specs as stored set
    expected_status_code = wanted.expected_status_code, expected_headers = wanted.expected_headers,
    expected_body = wanted.expected_body, body_match_type = wanted.body_match_type,
    response_time_max_ms = wanted.response_time_max_ms, assertions = wanted.assertions,
    capture_vars = wanted.capture_vars, snapshots = wanted.snapshots, ignore_paths = wanted.ignore_paths
  from unnest(test_case_ids, documents) as item (id, document)
  inner join public.test_response_specs as present on present.test_case_id = item.id
  cross join lateral jsonb_populate_record(present, item.document -> 'response') as wanted
  where stored.id = present.id and wanted is distinct from present;
  delete from public.test_dependencies as dependency
  using unnest(test_case_ids, documents) as item (id, document), public.test_cases as required
  where dependency.dependent_test_id = item.id and required.id = dependency.required_test_id
    and not exists (
      select from jsonb_array_elements(item.document -> 'dependencies') as wanted
      where wanted.value ->> 'required_test_key' = required.key
    );
end;
$$;
comment on function private.write_cases(uuid, uuid[], jsonb[]) is
  'Makes cases be as their documents say, but for dependencies that these add or change; what is equal is not written.';
revoke execute on function private.write_cases(uuid, uuid[], jsonb[]) from public, anon, authenticated, service_role;
grant execute on function private.write_cases(uuid, uuid[], jsonb[]) to authenticated, service_role;

create or replace function private.write_case(present public.test_cases, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.write_cases(present.project_id, array[present.id], array[document]);
end;
$$;

create function private.rewrite_cases(in_project_id uuid, updated jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  ids uuid[] := array(select (item.value ->> 'test_case_id')::uuid from jsonb_array_elements(updated) as item);
  present jsonb;
  changed_key text;
begin
  -- Only what one may change can be locked.
  select coalesce(jsonb_object_agg(locked.id, locked.updated_at), '{}') into present
  from (
    select test_case.id, test_case.updated_at from public.test_cases as test_case
    where test_case.id = any (ids) and test_case.project_id = in_project_id
    order by test_case.id
    for update
  ) as locked;
  select item.value -> 'document' ->> 'key' into changed_key
  from jsonb_array_elements(updated) as item
  where present -> (item.value ->> 'test_case_id') is null
    or (item.value ->> 'read_at')::timestamptz <> (present ->> (item.value ->> 'test_case_id'))::timestamptz
  limit 1;
  if found then
    perform private.refuse('409', 'test case has changed meanwhile', changed_key, 'conflict');
  end if;
  -- A document neither renames the keys of cases nor moves them.
  perform private.write_cases(in_project_id, ids, array(
    select (item.value -> 'document') - '{key,suite_id}'::text[] from jsonb_array_elements(updated) as item
  ));
end;
$$;
comment on function private.rewrite_cases(uuid, jsonb) is
  'Makes cases be as {test_case_id, read_at, document} say, without dependencies; refused when one was changed after it was read.';
revoke execute on function private.rewrite_cases(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.rewrite_cases(uuid, jsonb) to authenticated, service_role;
