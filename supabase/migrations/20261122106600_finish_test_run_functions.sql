-- The end of a run: finish, cancel, and find those whose worker went silent.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.count_final_results(run public.test_runs)
returns table (passed integer, failed integer, skipped integer, errors integer)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select
    (count(*) filter (where result.status = 'passed'))::integer,
    (count(*) filter (where result.status = 'failed'))::integer,
    (count(*) filter (where result.status = 'skipped'))::integer,
    (count(*) filter (where result.status = 'error'))::integer
  from public.test_results as result
  where result.run_id = run.id and result.run_date = run.run_date and result.is_final;
end;
$$;
comment on function private.count_final_results(public.test_runs) is
  'Counts of a run from its results.';
revoke execute on function private.count_final_results(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.count_final_results(public.test_runs) to service_role;

create function public.finish_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  run := private.lock_claimed_run((request ->> 'run_id')::uuid, request ->> 'worker_id');
  if private.is_finished(run.status) then
    return private.run_document(run);
  end if;
  update public.test_runs as finished set
    status = case
      when request ->> 'status' = 'cancelled' then 'cancelled'
      when request ->> 'status' = 'failed' or counts.failed + counts.errors > 0 then 'failed'
      else request ->> 'status'
    end,
    passed_count = counts.passed,
    failed_count = counts.failed,
    skipped_count = counts.skipped,
    error_count = counts.errors,
    completed_at = clock_timestamp(),
    total_duration_ms = round(
      extract(epoch from clock_timestamp() - coalesce(finished.started_at, finished.created_at)) * 1000, 3
    ),
    running_tests = '[]'
  from private.count_final_results(run) as counts
  where finished.id = run.id;
  -- Read again: the end announced itself and so moved event_seq.
  select * into run from public.test_runs where id = run.id;
  return private.run_document(run);
end;
$$;
comment on function public.finish_test_run(jsonb) is
  'Request {run_id, worker_id, status}; a run with failures ends as failed; repeating it changes nothing; answers the run.';
revoke execute on function public.finish_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.finish_test_run(jsonb) to service_role;

create function private.request_run_cancellation(run_id uuid)
returns public.test_runs
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  select * into run from public.test_runs where id = request_run_cancellation.run_id for no key update;
  if not (run.organization_id = any (array(select private.my_orgs('editor')))) then
    perform private.refuse('403', 'editors cancel runs', null, 'forbidden');
  end if;
  if private.is_finished(run.status) then
    return run;
  end if;
  update public.test_runs set
    cancel_requested_at = coalesce(cancel_requested_at, now()),
    status = case status when 'pending' then 'cancelled' else status end,
    completed_at = case status when 'pending' then now() end
  where id = run.id;
  select * into run from public.test_runs where id = run.id;
  return run;
end;
$$;
comment on function private.request_run_cancellation(uuid) is
  'Definer: nobody changes runs by hand; checks the role itself.';
revoke execute on function private.request_run_cancellation(uuid) from public, anon, authenticated, service_role;
grant execute on function private.request_run_cancellation(uuid) to authenticated;

create function public.cancel_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  perform from public.test_runs where id = (request ->> 'run_id')::uuid;
  if not found then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  run := private.request_run_cancellation((request ->> 'run_id')::uuid);
  return private.run_document(run);
end;
$$;
comment on function public.cancel_test_run(jsonb) is
  'Request {run_id}; asks the worker to stop, a pending run ends at once; answers the run.';
revoke execute on function public.cancel_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.cancel_test_run(jsonb) to authenticated;

create function public.find_runs_to_resume(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('run_ids', coalesce(jsonb_agg(run.id order by run.created_at), '[]'))
  from public.test_runs as run
  where run.status in ('pending', 'running')
    and coalesce(run.heartbeat_at, run.created_at)
      < now() - make_interval(secs => (request ->> 'stale_after_seconds')::double precision)
$$;
comment on function public.find_runs_to_resume(jsonb) is
  'Request {stale_after_seconds}; answers {run_ids} of unfinished runs that no worker keeps alive.';
revoke execute on function public.find_runs_to_resume(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.find_runs_to_resume(jsonb) to service_role;
