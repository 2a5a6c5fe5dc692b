-- The order of suites and cases, given as a whole; copies of suites, all or nothing.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.refuse_incomplete_order(wanted uuid[], present uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  missing text := (
    select string_agg(id::text, ', ') from (
      select known.id from unnest(present) as known (id) where not known.id = any (wanted) limit 10
    ) as known
  );
  unknown text := (
    select string_agg(id::text, ', ') from (
      select given.id from unnest(wanted) as given (id) where not given.id = any (present) limit 10
    ) as given
  );
begin
  if missing is not null then
    perform private.refuse('422', 'missing', missing, 'order_incomplete');
  elsif unknown is not null then
    perform private.refuse('422', 'unknown', unknown, 'order_incomplete');
  elsif cardinality(wanted) <> cardinality(present) then
    perform private.refuse('422', 'named twice', null, 'order_incomplete');
  end if;
end;
$$;
comment on function private.refuse_incomplete_order(uuid[], uuid[]) is
  'Refuses an order that does not name each of the present ones once, and says which are missing or unknown.';
revoke execute on function private.refuse_incomplete_order(uuid[], uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.refuse_incomplete_order(uuid[], uuid[]) to authenticated, service_role;

create function private.read_order(list jsonb)
returns uuid[]
language sql
immutable
set search_path = ''
as $$
  select array(
    select given.value::uuid from jsonb_array_elements_text(list) with ordinality as given order by given.ordinality
  )
$$;
comment on function private.read_order(jsonb) is
  'The ids of a list, in its order.';
revoke execute on function private.read_order(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.read_order(jsonb) to authenticated, service_role;

create function public.reorder_test_suites(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  project public.projects;
  wanted uuid[] := private.read_order(request -> 'suite_ids');
begin
  select * into project from public.projects where id = (request ->> 'project_id')::uuid;
  if project.id is null or not project.organization_id = any (array(select private.my_orgs('editor'))) then
    perform private.refuse_write(project.id is not null);
  end if;
  -- In one order of rows, so that two orders take turns.
  perform from public.test_suites where project_id = project.id order by id for update;
  perform private.refuse_incomplete_order(
    wanted, array(select suite.id from public.test_suites as suite where suite.project_id = project.id)
  );
  update public.test_suites as suite set order_index = given.ordinality - 1
  from unnest(wanted) with ordinality as given (id, ordinality)
  where suite.id = given.id and suite.order_index <> given.ordinality - 1;
  return jsonb_build_object('suite_ids', wanted);
end;
$$;
comment on function public.reorder_test_suites(jsonb) is
  'Request {project_id, suite_ids}: all suites of the project; answers {suite_ids}.';
revoke execute on function public.reorder_test_suites(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.reorder_test_suites(jsonb) to authenticated, service_role;

create function public.reorder_test_cases(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  suite public.test_suites;
  wanted uuid[] := private.read_order(request -> 'test_case_ids');
begin
  select * into suite from public.test_suites where id = (request ->> 'suite_id')::uuid;
  if suite.id is null or not suite.organization_id = any (array(select private.my_orgs('editor'))) then
    perform private.refuse_write(suite.id is not null);
  end if;
  perform from public.test_cases where suite_id = suite.id order by id for update;
  perform private.refuse_incomplete_order(
    wanted, array(select test_case.id from public.test_cases as test_case where test_case.suite_id = suite.id)
  );
  update public.test_cases as test_case set order_index = given.ordinality - 1
  from unnest(wanted) with ordinality as given (id, ordinality)
  where test_case.id = given.id and test_case.order_index <> given.ordinality - 1;
  return jsonb_build_object('test_case_ids', wanted);
end;
$$;
comment on function public.reorder_test_cases(jsonb) is
  'Request {suite_id, test_case_ids}: all cases of the suite; answers {test_case_ids}.';
revoke execute on function public.reorder_test_cases(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.reorder_test_cases(jsonb) to authenticated, service_role;

create function public.get_suite_to_copy(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'suite', to_jsonb(suite),
    'cases', coalesce((
      select jsonb_agg(
        public.get_test_case(jsonb_build_object('test_case_id', test_case.id))
        order by test_case.order_index, test_case.created_at, test_case.id
      )
      from public.test_cases as test_case
      where test_case.suite_id = suite.id
        and test_case.id = coalesce((request ->> 'test_case_id')::uuid, test_case.id)
    ), '[]'),
    'keys', array(
      select test_case.key from public.test_cases as test_case where test_case.project_id = suite.project_id
    ),
    'case_names', array(select test_case.name from public.test_cases as test_case where test_case.suite_id = suite.id),
    'suite_names', array(
      select sibling.name from public.test_suites as sibling where sibling.project_id = suite.project_id
    )
  )
  from public.test_suites as suite
  where suite.id = coalesce(
    (request ->> 'suite_id')::uuid,
    (select test_case.suite_id from public.test_cases as test_case where test_case.id = (request ->> 'test_case_id')::uuid)
  )
$$;
comment on function public.get_suite_to_copy(jsonb) is
  'Request {suite_id} or {test_case_id}; answers {suite, cases, keys, case_names, suite_names}: what to copy and what is taken, or null.';
revoke execute on function public.get_suite_to_copy(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_suite_to_copy(jsonb) to authenticated, service_role;

create function public.copy_test_suite(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  original public.test_suites;
  copy public.test_suites;
  document jsonb;
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
  for document in select item.value from jsonb_array_elements(request -> 'cases') as item loop
    perform private.import_new_case(copy, document);
  end loop;
  perform private.import_dependencies(copy.project_id, coalesce((
    select jsonb_agg(jsonb_build_object('document', item.value)) from jsonb_array_elements(request -> 'cases') as item
  ), '[]'));
  return to_jsonb(copy);
end;
$$;
comment on function public.copy_test_suite(jsonb) is
  'Request {suite_id, name, cases}: the case documents of the copy; answers the new suite.';
revoke execute on function public.copy_test_suite(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.copy_test_suite(jsonb) to authenticated, service_role;
