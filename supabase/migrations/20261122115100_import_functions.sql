-- get_import_state and apply_import: what an import starts from, and all that it writes, in one transaction.
-- Risk: none, new functions only. Pair: create_imports.
set lock_timeout = '5s';

create function public.get_import_state(request jsonb)
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
        'present', public.get_test_case(jsonb_build_object('test_case_id', imported.test_case_id))
      ))
      from public.imported_cases as imported
      where imported.project_id = project.id and imported.source = request ->> 'source'
    ), '[]')
  )
  from public.projects as project
  where project.id = (request ->> 'project_id')::uuid
$$;
comment on function public.get_import_state(jsonb) is
  'Request {project_id, source}; answers {taken, cases}: all keys and names, and the imported cases as they came and are. Null without the project.';
revoke execute on function public.get_import_state(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_import_state(jsonb) to authenticated, service_role;

create function private.import_new_case(in_suite public.test_suites, document jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  new_id uuid;
begin
  insert into public.test_cases (
    suite_id, endpoint_id, key, name, description, order_index, enabled, timeout_ms, retry_count, tags, phase, locks,
    retry, poll, iterate
  )
  values (
    in_suite.id,
    private.upsert_endpoint(in_suite.project_id, document -> 'endpoint'),
    document ->> 'key',
    document ->> 'name',
    document ->> 'description',
    (document ->> 'order_index')::integer,
    (document ->> 'enabled')::boolean,
    (document ->> 'timeout_ms')::integer,
    (document ->> 'retry_count')::integer,
    private.to_texts(document -> 'tags'),
    document ->> 'phase',
    private.to_texts(document -> 'locks'),
    nullif(document -> 'retry', 'null'),
    nullif(document -> 'poll', 'null'),
    nullif(document -> 'iterate', 'null')
  )
  returning id into new_id;
  perform private.add_request_config(new_id, document -> 'request');
  perform private.add_response_spec(new_id, document -> 'response');
  return new_id;
end;
$$;
comment on function private.import_new_case(public.test_suites, jsonb) is
  'Creates a case without its dependencies, which may be cases that follow.';
revoke execute on function private.import_new_case(public.test_suites, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.import_new_case(public.test_suites, jsonb) to authenticated, service_role;

create function private.rewrite_case(rewritten_id uuid, read_at timestamptz, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  config jsonb := document -> 'request';
  spec jsonb := document -> 'response';
begin
  update public.test_cases as test_case set
    endpoint_id = private.upsert_endpoint(test_case.project_id, document -> 'endpoint'),
    name = document ->> 'name',
    description = document ->> 'description',
    order_index = (document ->> 'order_index')::integer,
    enabled = (document ->> 'enabled')::boolean,
    timeout_ms = (document ->> 'timeout_ms')::integer,
    retry_count = (document ->> 'retry_count')::integer,
    tags = private.to_texts(document -> 'tags'),
    phase = document ->> 'phase',
    locks = private.to_texts(document -> 'locks'),
    retry = nullif(document -> 'retry', 'null'),
    poll = nullif(document -> 'poll', 'null'),
    iterate = nullif(document -> 'iterate', 'null')
  where test_case.id = rewritten_id and test_case.updated_at = read_at;
  if not found then
    perform private.refuse('409', 'test case has changed meanwhile', document ->> 'key', 'conflict');
  end if;
  update public.test_request_configs set
    headers = private.to_object(config -> 'headers'),
    query_params = private.to_object(config -> 'query_params'),
    path_params = private.to_object(config -> 'path_params'),
    body = nullif(config -> 'body', 'null'),
    body_type = config ->> 'body_type',
    auth_type = config ->> 'auth_type',
    auth_token_ref = config ->> 'auth_token_ref',
    auth = private.to_object(config -> 'auth'),
    cookies = private.to_object(config -> 'cookies'),
    transfer = private.to_object(config -> 'transfer')
  where test_case_id = rewritten_id;
  update public.test_response_specs set
    expected_status_code = nullif(spec -> 'expected_status_code', 'null'),
    expected_headers = private.to_object(spec -> 'expected_headers'),
    expected_body = nullif(spec -> 'expected_body', 'null'),
    body_match_type = spec ->> 'body_match_type',
    response_time_max_ms = (spec ->> 'response_time_max_ms')::integer,
    assertions = spec -> 'assertions',
    capture_vars = private.to_object(spec -> 'capture_vars'),
    snapshots = private.to_object(spec -> 'snapshots'),
    ignore_paths = private.to_texts(spec -> 'ignore_paths')
  where test_case_id = rewritten_id;
  delete from public.test_dependencies where dependent_test_id = rewritten_id;
end;
$$;
comment on function private.rewrite_case(uuid, timestamptz, jsonb) is
  'Makes a case be as the document says, without dependencies; refused when it was changed after it was read.';
revoke execute on function private.rewrite_case(uuid, timestamptz, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.rewrite_case(uuid, timestamptz, jsonb) to authenticated, service_role;

create function private.import_dependencies(in_project_id uuid, cases jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_dependencies (dependent_test_id, required_test_id, dependency_type, condition)
  select dependent.id, required.id, wanted.value ->> 'dependency_type', wanted.value ->> 'condition'
  from jsonb_array_elements(cases) as item
  cross join lateral jsonb_array_elements(item.value -> 'document' -> 'dependencies') as wanted
  inner join public.test_cases as dependent
    on dependent.project_id = in_project_id and dependent.key = item.value -> 'document' ->> 'key'
  inner join public.test_cases as required
    on required.project_id = in_project_id and required.key = wanted.value ->> 'required_test_key'
$$;
comment on function private.import_dependencies(uuid, jsonb) is
  'Adds the dependencies of all cases at once, those on each other included.';
revoke execute on function private.import_dependencies(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.import_dependencies(uuid, jsonb) to authenticated, service_role;

create function private.import_suites(in_project_id uuid, suites jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_suites (project_id, name, description, order_index)
  select in_project_id, wanted.value ->> 'name', wanted.value ->> 'description', (wanted.ordinality - 1)::integer
  from jsonb_array_elements(suites) with ordinality as wanted
  on conflict on constraint test_suites_project_id_name_key do nothing
$$;
comment on function private.import_suites(uuid, jsonb) is
  'Makes the suites that the project has not yet, known by their names.';
revoke execute on function private.import_suites(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.import_suites(uuid, jsonb) to authenticated, service_role;

create function private.import_cases(in_project_id uuid, created jsonb, updated jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  new_case record;
  item jsonb;
begin
  for new_case in
    select present as suite, wanted.value -> 'document' as document
    from jsonb_array_elements(created) with ordinality as wanted
    inner join public.test_suites as present
      on present.project_id = in_project_id and present.name = wanted.value ->> 'suite'
    order by wanted.ordinality
  loop
    perform private.import_new_case(new_case.suite, new_case.document);
  end loop;
  for item in select wanted.value from jsonb_array_elements(updated) as wanted loop
    perform private.rewrite_case(
      (item ->> 'test_case_id')::uuid, (item ->> 'read_at')::timestamptz, item -> 'document'
    );
  end loop;
  perform private.import_dependencies(in_project_id, created || updated);
end;
$$;
comment on function private.import_cases(uuid, jsonb, jsonb) is
  'Creates and rewrites cases; dependencies follow when all are there.';
revoke execute on function private.import_cases(uuid, jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.import_cases(uuid, jsonb, jsonb) to authenticated, service_role;

create function private.import_variables(in_project_id uuid, in_environment_id uuid, variables jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if in_environment_id is null then
    return;
  end if;
  if not exists (
    select from public.environments as environment
    where environment.id = in_environment_id and environment.project_id = in_project_id
  ) then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  insert into public.environment_variables (environment_id, key, value, is_secret)
  select
    in_environment_id, wanted.value ->> 'key', wanted.value ->> 'value', (wanted.value ->> 'is_secret')::boolean
  from jsonb_array_elements(variables) as wanted
  on conflict on constraint environment_variables_environment_id_key_key do nothing;
end;
$$;
comment on function private.import_variables(uuid, uuid, jsonb) is
  'Makes the variables that the environment has not yet; secrets without a value.';
revoke execute on function private.import_variables(uuid, uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.import_variables(uuid, uuid, jsonb) to authenticated, service_role;

create function private.remember_imported_cases(in_project_id uuid, in_source text, cases jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.imported_cases as known (project_id, source, origin, test_case_id, document)
  select
    in_project_id, in_source, item.value ->> 'origin', test_case.id,
    coalesce(item.value -> 'imported', item.value -> 'document')
  from jsonb_array_elements(cases) as item
  left join public.test_cases as test_case
    on test_case.project_id = in_project_id and test_case.key = item.value -> 'document' ->> 'key'
  on conflict on constraint imported_cases_project_id_source_origin_key do update set
    document = excluded.document
  where known.document is distinct from excluded.document
$$;
comment on function private.remember_imported_cases(uuid, text, jsonb) is
  'Stores the cases as they came (`imported`, unless that is what was written); what each became stays known.';
revoke execute on function private.remember_imported_cases(uuid, text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.remember_imported_cases(uuid, text, jsonb) to authenticated, service_role;

create function public.apply_import(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  project uuid := (request ->> 'project_id')::uuid;
  stored public.api_imports;
begin
  -- Two imports of the same document take turns.
  perform pg_advisory_xact_lock(hashtextextended('api_imports:' || project::text, 0));
  perform private.import_suites(project, request -> 'suites');
  perform private.import_cases(project, request -> 'created', request -> 'updated');
  perform private.import_variables(project, (request ->> 'environment_id')::uuid, request -> 'variables');
  perform private.remember_imported_cases(
    project, request ->> 'source',
    (request -> 'created') || (request -> 'updated') || (request -> 'kept')
  );
  insert into public.api_imports (project_id, format, source, url, report)
  values (project, request ->> 'format', request ->> 'source', request ->> 'url', request -> 'report')
  returning * into stored;
  return to_jsonb(stored);
end;
$$;
comment on function public.apply_import(jsonb) is
  'Request {project_id, format, source, url, suites, created, updated, kept, environment_id, variables, report}; answers the stored import.';
revoke execute on function public.apply_import(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.apply_import(jsonb) to authenticated, service_role;
