-- Suite documents, imports and copies write all their cases at once.
-- Risk: functions are replaced; what they write is the same. Pair: write_cases_in_sets.
set lock_timeout = '5s';

create or replace function private.write_suite_cases(in_project_id uuid, in_suite_id uuid, request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  written jsonb := (request -> 'created') || (request -> 'updated');
begin
  perform private.create_cases(in_project_id, request -> 'created', in_suite_id);
  perform private.rewrite_cases(in_project_id, request -> 'updated');
  perform private.refuse_unknown_requirements(in_project_id, written);
  perform private.import_dependencies(in_project_id, written);
  perform private.refuse_unknown_fixtures(array(
    select test_case.id
    from jsonb_array_elements(written) as item
    inner join public.test_cases as test_case
      on test_case.project_id = in_project_id and test_case.key = item.value -> 'document' ->> 'key'
    -- Whoever uses one writes this word.
    where strpos(item.value::text, 'fixture') > 0
  ));
  update public.test_cases as test_case set order_index = (place.value ->> 'order_index')::integer
  from jsonb_array_elements(request -> 'places') as place
  where test_case.id = (place.value ->> 'id')::uuid and test_case.suite_id = in_suite_id
    and test_case.order_index <> (place.value ->> 'order_index')::integer;
end;
$$;

create or replace function private.write_suite_document(request jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  project uuid := (request ->> 'project_id')::uuid;
  suite uuid := private.write_suite(project, request -> 'suite');
begin
  perform private.write_fixtures(project, request -> 'fixtures');
  perform private.upsert_endpoints(project, request -> 'endpoints');
  perform private.retire_cases(suite, request);
  perform private.write_suite_cases(project, suite, request);
  return suite;
end;
$$;

create or replace function private.import_cases(in_project_id uuid, created jsonb, updated jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.create_cases(in_project_id, created);
  perform private.rewrite_cases(in_project_id, updated);
  perform private.import_dependencies(in_project_id, created || updated);
end;
$$;

create or replace function public.copy_test_suite(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  original public.test_suites;
  copy public.test_suites;
  cases jsonb := coalesce((
    select jsonb_agg(jsonb_build_object('document', item.value)) from jsonb_array_elements(request -> 'cases') as item
  ), '[]');
begin
  select * into original from public.test_suites where id = (request ->> 'suite_id')::uuid;
  if not found then
    perform private.refuse_write(false);
  end if;
  insert into public.test_suites (project_id, name, description, enabled, order_index)
  select
    original.project_id, request ->> 'name', original.description, original.enabled,
    1 + max(sibling.order_index)
  from public.test_suites as sibling
  where sibling.project_id = original.project_id
  returning * into copy;
  perform private.create_cases(copy.project_id, cases, copy.id);
  perform private.import_dependencies(copy.project_id, cases);
  return to_jsonb(copy);
end;
$$;

drop function private.create_suite_cases(public.test_suites, jsonb);
drop function private.import_new_case(public.test_suites, jsonb);
drop function private.rewrite_case(uuid, timestamptz, jsonb);
drop function private.write_request_config(uuid, jsonb);
drop function private.write_response_spec(uuid, jsonb);
