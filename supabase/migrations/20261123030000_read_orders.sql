-- Orders are read as they are given, so that a new one can be meant for the order that its sender knows.
-- Risk: order_environments refuses a wrong order with the code order_incomplete, as the others do, and takes turns with itself.
set lock_timeout = '5s';

create function private.refuse_changed_order(present uuid[], request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if request ? 'known' and present is distinct from private.read_order(request -> 'known') then
    perform private.refuse('409', 'changed meanwhile', null, 'changed_meanwhile');
  end if;
end;
$$;
comment on function private.refuse_changed_order(uuid[], jsonb) is
  'Refuses a request about an order that is not the known one any more; without one nothing is compared.';
revoke execute on function private.refuse_changed_order(uuid[], jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_changed_order(uuid[], jsonb) to authenticated, service_role;

create function private.list_suite_order(in_project_id uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array(
    select suite.id from public.test_suites as suite
    where suite.project_id = in_project_id
    order by suite.order_index, suite.created_at, suite.id
  )
$$;
comment on function private.list_suite_order(uuid) is
  'The suites of the project, as lists of the API show them.';
revoke execute on function private.list_suite_order(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_suite_order(uuid) to authenticated, service_role;

create function public.get_suite_order(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('suite_ids', private.list_suite_order(parent.id))
  from public.projects as parent
  where parent.id = (request ->> 'project_id')::uuid
$$;
comment on function public.get_suite_order(jsonb) is
  'Request {project_id}; answers {suite_ids}: all of the project, in their order, or null.';
revoke execute on function public.get_suite_order(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_suite_order(jsonb) to authenticated, service_role;

create function private.list_case_order(in_suite_id uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array(
    select test_case.id from public.test_cases as test_case
    where test_case.suite_id = in_suite_id
    order by test_case.order_index, test_case.created_at, test_case.id
  )
$$;
comment on function private.list_case_order(uuid) is
  'The cases of the suite, as lists of the API show them.';
revoke execute on function private.list_case_order(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_case_order(uuid) to authenticated, service_role;

create function public.get_case_order(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('test_case_ids', private.list_case_order(parent.id))
  from public.test_suites as parent
  where parent.id = (request ->> 'suite_id')::uuid
$$;
comment on function public.get_case_order(jsonb) is
  'Request {suite_id}; answers {test_case_ids}: all of the suite, in their order, or null.';
revoke execute on function public.get_case_order(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_case_order(jsonb) to authenticated, service_role;

create function private.list_environment_order(in_project_id uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array(
    select environment.id from public.environments as environment
    where environment.project_id = in_project_id
    order by environment.order_index, environment.id
  )
$$;
comment on function private.list_environment_order(uuid) is
  'The environments of the project, as lists of the API show them.';
revoke execute on function private.list_environment_order(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_environment_order(uuid) to authenticated, service_role;

create function public.get_environment_order(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('environment_ids', private.list_environment_order(parent.id))
  from public.projects as parent
  where parent.id = (request ->> 'project_id')::uuid
$$;
comment on function public.get_environment_order(jsonb) is
  'Request {project_id}; answers {environment_ids}: all of the project, in their order, or null.';
revoke execute on function public.get_environment_order(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_environment_order(jsonb) to authenticated, service_role;

create or replace function public.reorder_test_suites(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  project public.projects;
  wanted uuid[] := private.read_order(request -> 'suite_ids');
  present uuid[];
begin
  select * into project from public.projects where id = (request ->> 'project_id')::uuid;
  if project.id is null or not project.organization_id = any (array(select private.my_orgs('editor'))) then
    perform private.refuse_write(project.id is not null);
  end if;
  -- In one order of rows, so that two orders take turns.
  perform from public.test_suites where project_id = project.id order by id for update;
  present := private.list_suite_order(project.id);
  perform private.refuse_changed_order(present, request);
  perform private.refuse_incomplete_order(wanted, present);
  update public.test_suites as suite set order_index = given.ordinality - 1
  from unnest(wanted) with ordinality as given (id, ordinality)
  where suite.id = given.id and suite.order_index <> given.ordinality - 1;
  return jsonb_build_object('suite_ids', wanted);
end;
$$;
comment on function public.reorder_test_suites(jsonb) is
  'Request {project_id, suite_ids, known}: all suites of the project, and their order as the caller knows it; answers {suite_ids}.';

create or replace function public.reorder_test_cases(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  suite public.test_suites;
  wanted uuid[] := private.read_order(request -> 'test_case_ids');
  present uuid[];
begin
  select * into suite from public.test_suites where id = (request ->> 'suite_id')::uuid;
  if suite.id is null or not suite.organization_id = any (array(select private.my_orgs('editor'))) then
    perform private.refuse_write(suite.id is not null);
  end if;
  -- In one order of rows, so that two orders take turns.
  perform from public.test_cases where suite_id = suite.id order by id for update;
  present := private.list_case_order(suite.id);
  perform private.refuse_changed_order(present, request);
  perform private.refuse_incomplete_order(wanted, present);
  update public.test_cases as test_case set order_index = given.ordinality - 1
  from unnest(wanted) with ordinality as given (id, ordinality)
  where test_case.id = given.id and test_case.order_index <> given.ordinality - 1;
  return jsonb_build_object('test_case_ids', wanted);
end;
$$;
comment on function public.reorder_test_cases(jsonb) is
  'Request {suite_id, test_case_ids, known}: all cases of the suite, and their order as the caller knows it; answers {test_case_ids}.';

create or replace function public.order_environments(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  project public.projects;
  wanted uuid[] := private.read_order(request -> 'environment_ids');
  present uuid[];
begin
  select * into project from public.projects where id = (request ->> 'project_id')::uuid;
  if project.id is null or not project.organization_id = any (array(select private.my_orgs('admin'))) then
    perform private.refuse_write(project.id is not null);
  end if;
  -- In one order of rows, so that two orders take turns.
  perform from public.environments where project_id = project.id order by id for update;
  present := private.list_environment_order(project.id);
  perform private.refuse_changed_order(present, request);
  perform private.refuse_incomplete_order(wanted, present);
  update public.environments as environment set order_index = given.ordinality - 1
  from unnest(wanted) with ordinality as given (id, ordinality)
  where environment.id = given.id and environment.order_index <> given.ordinality - 1;
  return jsonb_build_object('environment_ids', wanted);
end;
$$;
comment on function public.order_environments(jsonb) is
  'Request {project_id, environment_ids, known}: all environments of the project, and their order as the caller knows it; answers {environment_ids}.';
