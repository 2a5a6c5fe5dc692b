-- How far a run is, and how long it will still take, judged by itself and by earlier runs.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.find_usual_pace(run public.test_runs)
returns double precision
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select percentile_cont(0.5) within group (order by earlier.total_duration_ms / earlier.ended)
    from (
      select
        other.suite_id, other.environment_id, other.total_duration_ms,
        other.passed_count + other.failed_count + other.skipped_count + other.error_count as ended
      from public.test_runs as other
      where other.project_id = run.project_id and other.created_at < run.created_at
        and other.status in ('completed', 'failed')
      order by other.created_at desc
      -- A fixed price, however long the history is.
      limit 20
    ) as earlier
    where earlier.ended > 0 and earlier.environment_id = run.environment_id
      and earlier.suite_id is not distinct from run.suite_id
  );
end;
$$;
comment on function private.find_usual_pace(public.test_runs) is
  'Milliseconds for each test in the latest runs of the same suite and environment, their median; null without such runs.';
revoke execute on function private.find_usual_pace(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.find_usual_pace(public.test_runs) to authenticated, service_role;

create function private.estimate_pace(run public.test_runs, ended integer)
returns double precision
language plpgsql
stable
set search_path = ''
as $$
declare
  -- History counts like this many tests: it decides at first, and the run itself in the end.
  weight constant integer := 10;
  usual double precision := private.find_usual_pace(run);
  elapsed double precision := extract(epoch from clock_timestamp() - run.started_at) * 1000;
begin
  return case
    when usual is null then elapsed / nullif(ended, 0)
    else (coalesce(elapsed, 0) + weight * usual) / (ended + weight)
  end;
end;
$$;
comment on function private.estimate_pace(public.test_runs, integer) is
  'Milliseconds for each test of this run, as expected from earlier runs and from what it took so far.';
revoke execute on function private.estimate_pace(public.test_runs, integer) from public, anon, authenticated, service_role;
grant execute on function private.estimate_pace(public.test_runs, integer) to authenticated, service_role;

create function private.run_progress(run public.test_runs)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  ended integer := run.passed_count + run.failed_count + run.skipped_count + run.error_count;
  running integer := jsonb_array_length(run.running_tests);
  -- A test with many iterations ends many times.
  total integer := greatest(run.total_count, ended + running, 1);
begin
  return jsonb_build_object(
    'status', run.status, 'counts', private.run_counts(run), 'running', running,
    'percent', case when private.is_finished(run.status) then 100 else round(100.0 * ended / total, 2) end,
    'remaining_ms', case
      when private.is_finished(run.status) then 0
      else round((total - ended) * private.estimate_pace(run, ended))
    end
  );
end;
$$;
comment on function private.run_progress(public.test_runs) is
  'Status, counts, tests that run, percent of the tests that ended, and estimated milliseconds to go, null when unknown.';
revoke execute on function private.run_progress(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.run_progress(public.test_runs) to authenticated, service_role;
