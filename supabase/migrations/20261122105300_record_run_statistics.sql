-- Counts of the run and history of the tests, kept by statement-level triggers on results.
-- Risk: one update and one insert per statement that writes results.
set lock_timeout = '5s';

create function private.add_to_run_statistics()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_runs as run
  set
    passed_count = run.passed_count + added.passed,
    failed_count = run.failed_count + added.failed,
    skipped_count = run.skipped_count + added.skipped,
    error_count = run.error_count + added.error
  from (
    select
      result.run_id,
      count(*) filter (where result.status = 'passed') as passed,
      count(*) filter (where result.status = 'failed') as failed,
      count(*) filter (where result.status = 'skipped') as skipped,
      count(*) filter (where result.status = 'error') as error
    from new_results as result
    where result.is_final
    group by result.run_id
  ) as added
  where run.id = added.run_id;
  return null;
end;
$$;
comment on function private.add_to_run_statistics() is
  'Definer: nobody changes runs by hand.';
revoke execute on function private.add_to_run_statistics() from public, anon, authenticated, service_role;

create trigger test_results_add_to_run_statistics
  after insert on public.test_results
  referencing new table as new_results
  for each statement execute function private.add_to_run_statistics();
comment on trigger test_results_add_to_run_statistics on public.test_results is 'Keeps the counts of the run.';

create function private.record_run_history()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.test_run_history (
    run_id, run_date, test_case_id, iteration, organization_id, environment_id, status, duration_ms, recorded_at
  )
  select
    result.run_id, result.run_date, result.test_case_id, result.iteration, result.organization_id,
    run.environment_id, result.status, result.duration_ms, result.completed_at
  from new_results as result
  inner join public.test_runs as run on run.id = result.run_id
  where result.is_final
  on conflict do nothing;
  return null;
end;
$$;
comment on function private.record_run_history() is
  'Definer: nobody writes history by hand.';
revoke execute on function private.record_run_history() from public, anon, authenticated, service_role;

create trigger test_results_record_history
  after insert on public.test_results
  referencing new table as new_results
  for each statement execute function private.record_run_history();
comment on trigger test_results_record_history on public.test_results is 'Keeps the history of each test.';
