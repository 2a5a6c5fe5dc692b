-- get_run_plan: a worker claims a run and receives everything it needs to execute it.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.claim_test_run(run_id uuid, claiming_worker_id text, stale_after interval)
returns public.test_runs
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  update public.test_runs set
    status = 'running',
    worker_id = claiming_worker_id,
    heartbeat_at = clock_timestamp(),
    started_at = coalesce(started_at, now())
  where id = claim_test_run.run_id and status in ('pending', 'running')
    -- The same worker again: it did not hear the answer.
    and (
      worker_id is null or worker_id = claiming_worker_id or heartbeat_at is null
      or heartbeat_at <= clock_timestamp() - stale_after
    )
  returning * into run;
  return run;
end;
$$;
comment on function private.claim_test_run(uuid, text, interval) is
  'Makes the worker the one that may record results; null when the run has ended, does not exist, or its worker is alive.';
revoke execute on function private.claim_test_run(uuid, text, interval) from public, anon, authenticated, service_role;
grant execute on function private.claim_test_run(uuid, text, interval) to service_role;

create function public.get_run_plan(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
  claimed boolean;
begin
  run := private.claim_test_run(
    (request ->> 'run_id')::uuid,
    request ->> 'worker_id',
    make_interval(secs => coalesce((request ->> 'stale_after_seconds')::double precision, 0))
  );
  claimed := run.id is not null;
  -- Read again: the claim announced itself and so moved event_seq.
  select * into run from public.test_runs where id = (request ->> 'run_id')::uuid;
  if run.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  return jsonb_build_object(
    'run', jsonb_build_object(
      'id', run.id, 'organization_id', run.organization_id, 'project_id', run.project_id,
      'environment_id', run.environment_id, 'status', run.status, 'run_date', run.run_date,
      'options', run.options, 'trigger', run.trigger, 'target_version', run.target_version,
      'total_count', run.total_count, 'cancel_requested_at', run.cancel_requested_at,
      'event_seq', run.event_seq, 'claimed', claimed
    ),
    'environment', private.get_plan_environment(run),
    'tests', private.list_planned_tests(run),
    'dependencies', private.list_planned_dependencies(run),
    'context', public.get_test_run_context(jsonb_build_object('run_id', run.id)),
    'recorded', private.list_recorded_results(run)
  );
end;
$$;
comment on function public.get_run_plan(jsonb) is
  'Request {run_id, worker_id, stale_after_seconds}; claims the run unless its worker is alive, and answers {run, environment, tests, dependencies, context, recorded}.';
revoke execute on function public.get_run_plan(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_run_plan(jsonb) to service_role;
