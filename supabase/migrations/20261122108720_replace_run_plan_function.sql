-- get_run_plan also answers the fixtures of the tests and what the organization lets them reach.
-- Risk: none, a function is replaced. Pair: widen_plan_parts.
set lock_timeout = '5s';

create or replace function public.get_run_plan(request jsonb)
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
    'fixtures', private.list_planned_fixtures(run),
    'network_policy', (
      select organization.network_policy from public.organizations as organization
      where organization.id = run.organization_id
    ),
    'context', public.get_test_run_context(jsonb_build_object('run_id', run.id)),
    'recorded', private.list_recorded_results(run)
  );
end;
$$;
comment on function public.get_run_plan(jsonb) is
  'Request {run_id, worker_id, stale_after_seconds}; claims the run unless its worker is alive, and answers {run, environment, tests, dependencies, fixtures, network_policy, context, recorded}.';
