-- Cases are rewritten where they differ, so that revisions rise for changes alone; dependencies and endpoints raise them, too.
-- Risk: a change of a dependency or an endpoint now also writes the cases that it is about.
set lock_timeout = '5s';

create function private.raise_dependent_revision()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  dependency public.test_dependencies := coalesce(new, old);
begin
  -- A case that this transaction made is at its first revision.
  update public.test_cases set revision = revision + 1
  where id = dependency.dependent_test_id and created_at < now();
  return null;
end;
$$;
comment on function private.raise_dependent_revision() is
  'Definer: revision is protected from users. What a case waits for is part of it.';
revoke execute on function private.raise_dependent_revision() from public, anon, authenticated, service_role;

create trigger test_dependencies_raise_revision
  after insert or delete on public.test_dependencies
  for each row execute function private.raise_dependent_revision();
comment on trigger test_dependencies_raise_revision on public.test_dependencies is 'Raises the revision of the dependent case.';

create trigger test_dependencies_raise_revision_on_update
  after update on public.test_dependencies
  for each row
  when (old.* is distinct from new.*) execute function private.raise_dependent_revision();
comment on trigger test_dependencies_raise_revision_on_update on public.test_dependencies is
  'Raises the revision of the dependent case.';

create function private.raise_calling_revisions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_cases set revision = revision + 1
  where organization_id = new.organization_id and project_id = new.project_id and endpoint_id = new.id;
  return null;
end;
$$;
comment on function private.raise_calling_revisions() is
  'Definer: revision is protected from users. Cases that call a changed endpoint do something else.';
revoke execute on function private.raise_calling_revisions() from public, anon, authenticated, service_role;

create trigger api_endpoints_raise_revisions
  after update on public.api_endpoints
  for each row
  when (
    old.method is distinct from new.method or old.path is distinct from new.path
    or old.response_schemas is distinct from new.response_schemas
  )
  execute function private.raise_calling_revisions();
comment on trigger api_endpoints_raise_revisions on public.api_endpoints is 'Raises the revisions of the cases that call it.';

create or replace function private.upsert_endpoint(project_id uuid, endpoint jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  endpoint_id uuid;
begin
  insert into public.api_endpoints as existing (project_id, method, path, name, description, response_schemas)
  values (
    upsert_endpoint.project_id, upper(endpoint ->> 'method'), endpoint ->> 'path',
    coalesce(endpoint ->> 'name', left(upper(endpoint ->> 'method') || ' ' || (endpoint ->> 'path'), 200)),
    endpoint ->> 'description', nullif(endpoint -> 'response_schemas', 'null')
  )
  on conflict on constraint api_endpoints_project_id_path_method_key do update set
    name = coalesce(endpoint ->> 'name', existing.name),
    description = coalesce(endpoint ->> 'description', existing.description),
    response_schemas = coalesce(nullif(endpoint -> 'response_schemas', 'null'), existing.response_schemas)
  where coalesce(endpoint ->> 'name', existing.name) is distinct from existing.name
    or coalesce(endpoint ->> 'description', existing.description) is distinct from existing.description
    or coalesce(nullif(endpoint -> 'response_schemas', 'null'), existing.response_schemas)
    is distinct from existing.response_schemas
  returning existing.id into endpoint_id;
  if endpoint_id is null then
    select existing.id into endpoint_id
    from public.api_endpoints as existing
    where existing.project_id = upsert_endpoint.project_id
      and existing.method = upper(endpoint ->> 'method') and existing.path = endpoint ->> 'path';
  end if;
  return endpoint_id;
end;
$$;

create function private.write_request_config(of_case_id uuid, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  present public.test_request_configs;
  wanted public.test_request_configs;
begin
  select * into present from public.test_request_configs where test_case_id = of_case_id;
  if not found then
    perform private.add_request_config(of_case_id, document);
    return;
  end if;
  wanted := jsonb_populate_record(present, document);
  update public.test_request_configs set
    headers = wanted.headers, query_params = wanted.query_params, path_params = wanted.path_params,
    body = wanted.body, body_type = wanted.body_type, auth_type = wanted.auth_type,
    auth_token_ref = wanted.auth_token_ref, auth = wanted.auth, cookies = wanted.cookies, transfer = wanted.transfer
  where id = present.id and wanted is distinct from present;
end;
$$;
comment on function private.write_request_config(uuid, jsonb) is
  'Makes the request of a case be as the document says; equal ones are not written.';
revoke execute on function private.write_request_config(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_request_config(uuid, jsonb) to authenticated, service_role;

create function private.write_response_spec(of_case_id uuid, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  present public.test_response_specs;
  wanted public.test_response_specs;
begin
  select * into present from public.test_response_specs where test_case_id = of_case_id;
  if not found then
    perform private.add_response_spec(of_case_id, document);
    return;
  end if;
  wanted := jsonb_populate_record(present, document);
  update public.test_response_specs set
    expected_status_code = wanted.expected_status_code, expected_headers = wanted.expected_headers,
    expected_body = wanted.expected_body, body_match_type = wanted.body_match_type,
    response_time_max_ms = wanted.response_time_max_ms, assertions = wanted.assertions,
    capture_vars = wanted.capture_vars, snapshots = wanted.snapshots, ignore_paths = wanted.ignore_paths
  where id = present.id and wanted is distinct from present;
end;
$$;
comment on function private.write_response_spec(uuid, jsonb) is
  'Makes what a case expects be as the document says; equal ones are not written.';
revoke execute on function private.write_response_spec(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_response_spec(uuid, jsonb) to authenticated, service_role;

create function private.write_case(present public.test_cases, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  wanted public.test_cases := jsonb_populate_record(present, document);
begin
  wanted.endpoint_id := private.upsert_endpoint(present.project_id, document -> 'endpoint');
  update public.test_cases set
    suite_id = wanted.suite_id, endpoint_id = wanted.endpoint_id, key = wanted.key, name = wanted.name,
    description = wanted.description, order_index = wanted.order_index, enabled = wanted.enabled,
    timeout_ms = wanted.timeout_ms, retry_count = wanted.retry_count, tags = wanted.tags, phase = wanted.phase,
    locks = wanted.locks, retry = wanted.retry, poll = wanted.poll, iterate = wanted.iterate
  where id = present.id and wanted is distinct from present;
  perform private.write_request_config(present.id, document -> 'request');
  perform private.write_response_spec(present.id, document -> 'response');
  delete from public.test_dependencies as dependency
  using public.test_cases as required
  where dependency.dependent_test_id = present.id and required.id = dependency.required_test_id
    and not exists (
      select from jsonb_array_elements(document -> 'dependencies') as item
      where item.value ->> 'required_test_key' = required.key
    );
end;
$$;
comment on function private.write_case(public.test_cases, jsonb) is
  'Makes a case be as the document says, but for dependencies that it adds or changes; what is equal is not written.';
revoke execute on function private.write_case(public.test_cases, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.write_case(public.test_cases, jsonb) to authenticated, service_role;

create or replace function private.rewrite_case(rewritten_id uuid, read_at timestamptz, document jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  present public.test_cases;
begin
  select * into present from public.test_cases
  where id = rewritten_id and updated_at = read_at
  for update;
  if not found then
    perform private.refuse('409', 'test case has changed meanwhile', document ->> 'key', 'conflict');
  end if;
  -- An import neither renames cases nor moves them.
  perform private.write_case(present, document - '{key,suite_id}'::text[]);
end;
$$;

create or replace function private.add_dependencies(dependent_id uuid, in_project_id uuid, dependencies jsonb)
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
  insert into public.test_dependencies as dependency (
    dependent_test_id, required_test_id, dependency_type, condition
  )
  select
    dependent_id, required.id, coalesce(item.value ->> 'dependency_type', 'order'),
    coalesce(item.value ->> 'condition', 'passed')
  from jsonb_array_elements(dependencies) as item
  inner join public.test_cases as required
    on required.project_id = in_project_id and required.key = item.value ->> 'required_test_key'
  on conflict on constraint test_dependencies_dependent_test_id_required_test_id_key do update set
    dependency_type = excluded.dependency_type, condition = excluded.condition
  where (dependency.dependency_type, dependency.condition)
    is distinct from (excluded.dependency_type, excluded.condition);
end;
$$;

create or replace function private.import_dependencies(in_project_id uuid, cases jsonb)
returns void
language sql
set search_path = ''
as $$
  insert into public.test_dependencies as present (dependent_test_id, required_test_id, dependency_type, condition)
  select dependent.id, required.id, wanted.value ->> 'dependency_type', wanted.value ->> 'condition'
  from jsonb_array_elements(cases) as item
  cross join lateral jsonb_array_elements(item.value -> 'document' -> 'dependencies') as wanted
  inner join public.test_cases as dependent
    on dependent.project_id = in_project_id and dependent.key = item.value -> 'document' ->> 'key'
  inner join public.test_cases as required
    on required.project_id = in_project_id and required.key = wanted.value ->> 'required_test_key'
  on conflict on constraint test_dependencies_dependent_test_id_required_test_id_key do update set
    dependency_type = excluded.dependency_type, condition = excluded.condition
  where (present.dependency_type, present.condition) is distinct from (excluded.dependency_type, excluded.condition)
$$;
