-- record_run_batch takes how many results the run will have: a test that iterates has many; it answers the version
-- of the context.
-- Risk: none, a function is replaced. Pair: widen_batch_helpers.
set lock_timeout = '5s';

create or replace function public.record_run_batch(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '30s'
-- Checks of foreign keys between partitioned tables are otherwise planned anew for every row.
set plan_cache_mode = 'force_generic_plan'
set search_path = ''
as $$
declare
  run public.test_runs;
  results jsonb := coalesce(nullif(request -> 'results', 'null'), '[]');
  reported jsonb := coalesce(nullif(request -> 'running_tests', 'null'), '[]');
  stored_ids uuid[];
begin
  run := private.lock_claimed_run((request ->> 'run_id')::uuid, request ->> 'worker_id');
  if private.is_finished(run.status) then
    perform private.refuse('409', 'run already finished', null, 'run_already_finished');
  end if;
  perform private.begin_collecting_events(run.id);
  -- Results first: a test that starts because another one ended is announced after that end.
  stored_ids := private.store_batch_results(run, results);
  perform private.store_batch_evidence(run, results, stored_ids);
  update public.test_runs set
    running_tests = private.merge_running_tests(run, reported),
    total_count = coalesce((request ->> 'total')::integer, total_count),
    heartbeat_at = clock_timestamp()
  where id = run.id;
  perform private.merge_into_context(run.id, request -> 'context');
  perform private.publish_collected_events(run.id);
  select * into run from public.test_runs where id = run.id;
  return jsonb_build_object(
    'recorded', cardinality(stored_ids), 'event_seq', run.event_seq, 'status', run.status,
    'cancel_requested', run.cancel_requested_at is not null, 'context_version', (
      select context.version from public.test_execution_context as context where context.run_id = run.id
    )
  );
end;
$$;
comment on function public.record_run_batch(jsonb) is
  'Request {run_id, worker_id, total, running_tests, results, context}; repeating it changes and announces nothing; answers {recorded, event_seq, status, cancel_requested, context_version}.';
