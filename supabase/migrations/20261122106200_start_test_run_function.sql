-- Starting a run: the selection is fixed when the row is created, whoever creates it.
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
  update public.test_execution_context set expires_at = new.completed_at + interval '24 hours'
  where run_id = new.id;
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
comment on trigger test_runs_expire_context on public.test_runs is 'The context outlives the run by a day.';

create function public.start_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
  selection jsonb := jsonb_strip_nulls(
    jsonb_build_object('suite_id', request -> 'suite_id', 'test_case_ids', request -> 'test_case_ids')
  );
begin
  -- Before the insert, so that making a partition never waits while it holds a lock on test_runs.
  perform private.ensure_current_partitions();
  perform from public.environments
  where id = (request ->> 'environment_id')::uuid and project_id = (request ->> 'project_id')::uuid;
  if not found then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if request ->> 'suite_id' is not null then
    perform from public.test_suites
    where id = (request ->> 'suite_id')::uuid and project_id = (request ->> 'project_id')::uuid;
    if not found then
      perform private.refuse('404', 'suite not found', null, 'not_found');
    end if;
  end if;
  insert into public.test_runs (project_id, suite_id, environment_id, trigger, options, target_version, metadata)
  values (
    (request ->> 'project_id')::uuid,
    (request ->> 'suite_id')::uuid,
    (request ->> 'environment_id')::uuid,
    coalesce(request ->> 'trigger', 'manual'),
    coalesce(nullif(request -> 'options', 'null'), '{}') || jsonb_build_object('selection', selection),
    request ->> 'target_version',
    coalesce(nullif(request -> 'metadata', 'null'), '{}')
  )
  returning * into run;
  return private.run_document(run);
end;
$$;
comment on function public.start_test_run(jsonb) is
  'Request {project_id, environment_id, suite_id, test_case_ids, trigger, options, target_version, metadata}; answers the run.';
revoke execute on function public.start_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.start_test_run(jsonb) to authenticated, service_role;
