-- Parts of create_test_case: endpoints with the schemas of their answers, dependencies with a condition.
-- Risk: none, functions are replaced.
set lock_timeout = '5s';

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
  returning existing.id into endpoint_id;
  return endpoint_id;
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
  insert into public.test_dependencies (dependent_test_id, required_test_id, dependency_type, condition)
  select
    dependent_id, required.id, coalesce(item.value ->> 'dependency_type', 'order'),
    coalesce(item.value ->> 'condition', 'passed')
  from jsonb_array_elements(dependencies) as item
  inner join public.test_cases as required
    on required.project_id = in_project_id and required.key = item.value ->> 'required_test_key';
end;
$$;
