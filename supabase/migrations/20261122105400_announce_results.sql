-- Announces the end of each test, and its start when nobody had announced it.
-- Risk: one query and one message per statement that writes results.
set lock_timeout = '5s';

create function private.list_result_events(result public.test_results, first_started_at timestamptz, start_announced boolean)
returns table (occurred_at timestamptz, is_end boolean, event jsonb)
language sql
stable
set search_path = ''
as $$
  select occurrence.occurred_at, occurrence.is_end, private.build_event(
    occurrence.type,
    occurrence.occurred_at,
    jsonb_build_object('test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name, 'iteration', result.iteration)
      || occurrence.data
  )
  from public.test_cases as test_case
  cross join lateral (
    values
      ('test_started', least(first_started_at, result.completed_at), false, '{}'::jsonb),
      (
        case result.status
          when 'passed' then 'test_completed' when 'skipped' then 'test_skipped' else 'test_failed'
        end,
        result.completed_at,
        true,
        jsonb_build_object(
          'status', result.status, 'duration_ms', result.duration_ms, 'attempt_number', result.attempt_number,
          'captured', result.captured_names, 'reason', result.reason, 'category', result.category,
          'error_message', left(result.error_message, 1000)
        )
      )
  ) as occurrence (type, occurred_at, is_end, data)
  where test_case.id = result.test_case_id
    and (occurrence.is_end or not (start_announced or result.status = 'skipped'))
$$;
comment on function private.list_result_events(public.test_results, timestamptz, boolean) is
  'Events of one final result. A skipped test never started.';
revoke execute on function private.list_result_events(public.test_results, timestamptz, boolean) from public, anon, authenticated, service_role;

create function private.announce_results()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  announced record;
begin
  for announced in
    with attempts as (
      select result.run_id, result.test_case_id, result.iteration, min(result.started_at) as started_at
      from new_results as result
      group by result.run_id, result.test_case_id, result.iteration
    ),
    running as (
      select
        run.id as run_id, (test.value ->> 'test_case_id')::uuid as test_case_id,
        (test.value ->> 'iteration')::integer as iteration
      from public.test_runs as run
      cross join lateral jsonb_array_elements(run.running_tests) as test
      where run.id in (select result.run_id from new_results as result)
    )
    select
      result.run_id,
      jsonb_agg(item.event order by item.occurred_at, result.completed_at, item.is_end) as events
    from new_results as result
    inner join attempts using (run_id, test_case_id, iteration)
    left join running
      on running.run_id = result.run_id and running.test_case_id = result.test_case_id
      and running.iteration = result.iteration
    cross join lateral private.list_result_events(result, attempts.started_at, running.run_id is not null) as item
    where result.is_final
    group by result.run_id
    order by result.run_id
  loop
    perform private.announce(announced.run_id, announced.events);
  end loop;
  return null;
end;
$$;
comment on function private.announce_results() is
  'Definer: whoever wrote the results, the message goes out.';
revoke execute on function private.announce_results() from public, anon, authenticated, service_role;

create trigger test_results_announce
  after insert on public.test_results
  referencing new table as new_results
  for each statement execute function private.announce_results();
comment on trigger test_results_announce on public.test_results is 'Announces test_completed, test_failed and test_skipped.';
