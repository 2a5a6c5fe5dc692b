-- A run fixes its tests and gets its context when the row is created, whoever creates it.
-- Risk: none, new functions and triggers on a new table.
set lock_timeout = '5s';

create function private.select_planned_tests(in_project_id uuid, in_suite_id uuid, selected_ids uuid[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  with recursive planned as (
    select test_case.id
    from public.test_cases as test_case
    inner join public.test_suites as suite on suite.id = test_case.suite_id
    where test_case.project_id = in_project_id
      and case
        when selected_ids is not null then test_case.id = any (selected_ids)
        else test_case.enabled and suite.enabled and (in_suite_id is null or test_case.suite_id = in_suite_id)
      end
    union
    select dependency.required_test_id
    from planned
    inner join public.test_dependencies as dependency on dependency.dependent_test_id = planned.id
  )
  select coalesce(array_agg(planned.id), '{}') from planned
$$;
comment on function private.select_planned_tests(uuid, uuid, uuid[]) is
  'The tests named, or else the enabled ones of the suite or project; and all that these require.';
revoke execute on function private.select_planned_tests(uuid, uuid, uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.select_planned_tests(uuid, uuid, uuid[]) to authenticated, service_role;

create function private.prepare_test_run()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  requested jsonb := nullif(new.options #> '{selection,test_case_ids}', 'null');
  requested_ids uuid[];
begin
  if requested is not null then
    requested_ids := array(select jsonb_array_elements_text(requested)::uuid);
  end if;
  new.planned_test_ids := private.select_planned_tests(new.project_id, new.suite_id, requested_ids);
  if not requested_ids <@ new.planned_test_ids then
    perform private.refuse('422', 'test case not found', (
      select string_agg(missing.id::text, ', ')
      from unnest(requested_ids) as missing (id)
      where missing.id <> all (new.planned_test_ids)
    ), 'test_case_not_found');
  end if;
  if cardinality(new.planned_test_ids) = 0 then
    perform private.refuse('422', 'no tests selected', 'the selection holds no enabled test', 'no_tests_selected');
  end if;
  new.total_count := cardinality(new.planned_test_ids);
  perform private.ensure_current_partitions();
  return new;
end;
$$;
comment on function private.prepare_test_run() is
  'Fixes the tests of a run and makes room for its results. As the invoker: selects what they can see.';
revoke execute on function private.prepare_test_run() from public, anon, authenticated, service_role;

create trigger test_runs_prepare
  before insert on public.test_runs
  for each row
  when (new.planned_test_ids is null) execute function private.prepare_test_run();
comment on trigger test_runs_prepare on public.test_runs is 'Fixes the tests of the run.';

create function private.create_run_context()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.test_execution_context (organization_id, run_id, run_date)
  values (new.organization_id, new.id, new.run_date);
  return null;
end;
$$;
comment on function private.create_run_context() is
  'Definer: users may not write contexts.';
revoke execute on function private.create_run_context() from public, anon, authenticated, service_role;

create trigger test_runs_create_context
  after insert on public.test_runs
  for each row execute function private.create_run_context();
comment on trigger test_runs_create_context on public.test_runs is 'Gives every run an empty context.';

create function private.expire_run_context()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_execution_context as context
  set expires_at = new.completed_at + make_interval(hours => policy.context_hours)
  from public.retention_policies as policy
  where context.run_id = new.id and policy.organization_id = new.organization_id;
  return null;
end;
$$;
comment on function private.expire_run_context() is
  'Definer: users may not write contexts.';
revoke execute on function private.expire_run_context() from public, anon, authenticated, service_role;

create trigger test_runs_expire_context
  after update on public.test_runs
  for each row
  when (old.completed_at is null and new.completed_at is not null) execute function private.expire_run_context();
comment on trigger test_runs_expire_context on public.test_runs is 'The context outlives the run by what its organization keeps, a day unless told otherwise.';
