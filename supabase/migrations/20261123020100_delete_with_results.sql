-- The functions that delete take with_results; an environment is deleted by one of its own.
-- They have a minute instead of what the role has: results are many, and half of them cannot go. But who repeats a deletion that
-- goes on does not wait for it all that time, on a connection of everybody's.
-- Risk: none, functions are replaced, one is new. Pair: keep_results.
set lock_timeout = '5s';

create or replace function public.delete_test_case(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set lock_timeout = '5s'
set search_path = ''
as $$
declare
  present public.test_cases := private.lock_test_case(request);
begin
  perform private.refuse_required_tests(array[present.id], request);
  perform private.permit_loss_of_results(request);
  delete from public.test_cases where id = present.id;
  return jsonb_build_object('id', present.id);
end;
$$;
comment on function public.delete_test_case(jsonb) is
  'Request {test_case_id, read_at, cascade, with_results}; deletes the case, unless others require it or it has results; answers {id}.';

create or replace function public.delete_test_suite(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set lock_timeout = '5s'
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'suite_id')::uuid;
  suite public.test_suites;
  case_ids uuid[];
begin
  select * into suite from public.test_suites where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.test_suites where id = wanted_id));
  end if;
  perform private.refuse_changed(suite.updated_at, request);
  case_ids := array(
    select test_case.id from public.test_cases as test_case
    where test_case.organization_id = suite.organization_id and test_case.project_id = suite.project_id
      and test_case.suite_id = suite.id
    order by test_case.id
    for update
  );
  perform private.refuse_required_tests(case_ids, request);
  perform private.permit_loss_of_results(request);
  perform private.refuse_loss(
    'result', private.count_results(suite.organization_id, case_ids), 'disable the suite instead'
  );
  delete from public.test_suites where id = suite.id;
  return jsonb_build_object('id', suite.id);
end;
$$;
comment on function public.delete_test_suite(jsonb) is
  'Request {suite_id, read_at, cascade, with_results}; deletes a suite with its cases, unless others require them or they have results; answers {id}.';

create or replace function public.delete_project(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set lock_timeout = '5s'
-- Cascades between partitioned tables are otherwise planned anew for every row.
set plan_cache_mode = 'force_generic_plan'
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'project_id')::uuid;
  project public.projects;
begin
  select * into project from public.projects where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.projects where id = wanted_id));
  end if;
  perform private.refuse_changed(project.updated_at, request);
  if exists (
    select from public.test_runs
    where organization_id = project.organization_id and project_id = project.id and status in ('pending', 'running')
  ) then
    perform private.refuse('409', 'runs have not ended', null, 'project_has_active_runs');
  end if;
  perform private.permit_loss_of_results(request);
  delete from public.projects where id = project.id;
  return jsonb_build_object('id', project.id);
end;
$$;
comment on function public.delete_project(jsonb) is
  'Request {project_id, read_at, with_results}; deletes a project with all that it holds, unless a run is active or there are runs; answers {id}.';

create function public.delete_environment(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set lock_timeout = '5s'
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'environment_id')::uuid;
  environment public.environments;
begin
  select * into environment from public.environments where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.environments where id = wanted_id));
  end if;
  perform private.refuse_changed(environment.updated_at, request);
  perform private.permit_loss_of_results(request);
  delete from public.environments where id = environment.id;
  return jsonb_build_object('id', environment.id);
end;
$$;
comment on function public.delete_environment(jsonb) is
  'Request {environment_id, read_at, with_results}; deletes an environment with its variables, unless it has runs; answers {id}.';
revoke execute on function public.delete_environment(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_environment(jsonb) to authenticated, service_role;

create or replace function private.retire_cases(in_suite_id uuid, request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  renamed uuid[] := private.to_texts(request -> 'renamed');
begin
  perform private.permit_loss_of_results(request);
  delete from public.test_cases as test_case
  where test_case.suite_id = in_suite_id and test_case.id = any (private.to_texts(request -> 'deleted')::uuid[]);
  update public.test_cases as test_case set enabled = false
  where test_case.suite_id = in_suite_id and test_case.id = any (private.to_texts(request -> 'disabled')::uuid[]);
  -- Cases that exchange their names are out of each other's way for a moment.
  update public.test_cases as test_case set name = test_case.id::text
  where test_case.suite_id = in_suite_id and test_case.id = any (renamed);
end;
$$;

create or replace function private.store_batch_results(run public.test_runs, results jsonb)
returns uuid[]
language plpgsql
set search_path = ''
as $$
declare
  stored uuid[];
begin
  with kept as materialized (
    -- A test that was deleted while the run went on has nowhere to be recorded; one that is being deleted is waited for.
    select test_case.id
    from public.test_cases as test_case
    where test_case.project_id = run.project_id and test_case.id = any (
      array(select (item.value ->> 'test_case_id')::uuid from jsonb_array_elements(results) as item)
    )
    order by test_case.id
    for key share
  ),
  inserted as (
    insert into public.test_results (
      id, organization_id, run_id, run_date, test_case_id, iteration, iteration_name, attempt_number, is_final, status,
      category, reason, error_message, started_at, completed_at, duration_ms, timeline, test_revision, captured_names
    )
    select
      result.id, run.organization_id, run.id, run.run_date, result.test_case_id, coalesce(result.iteration, 0),
      left(result.iteration_name, 500), coalesce(result.attempt_number, 1), coalesce(result.is_final, true),
      result.status, result.category, left(result.reason, 2000), left(result.error_message, 10000), result.started_at,
      coalesce(result.completed_at, now()), result.duration_ms, nullif(result.timeline, 'null'), result.test_revision,
      private.to_texts(result.captured)
    from rows from (
      jsonb_to_recordset(results) as (
        id uuid, test_case_id uuid, iteration integer, iteration_name text, attempt_number integer, is_final boolean,
        status text, category text, reason text, error_message text, started_at timestamptz, completed_at timestamptz,
        duration_ms double precision, timeline jsonb, test_revision integer, captured jsonb
      )
    ) with ordinality as result
    inner join kept on kept.id = result.test_case_id
    order by result.ordinality
    on conflict do nothing
    returning id
  )
  select coalesce(array_agg(inserted.id), '{}') into stored from inserted;
  return stored;
end;
$$;
