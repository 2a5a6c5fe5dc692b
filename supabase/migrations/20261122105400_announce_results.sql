-- Announces the end of each test, and its start when nobody had announced it.
-- Risk: one query and one message per statement that writes results.
set lock_timeout = '5s';

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
      jsonb_agg(
        jsonb_build_object(
          'type', occurrence.type, 'occurred_at', occurrence.occurred_at,
          'data', occurrence.data || jsonb_build_object(
            'test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name, 'iteration', result.iteration
          )
        )
        order by occurrence.occurred_at, result.place, occurrence.is_end
      ) as events
    from (select row_number() over () as place, added.* from new_results as added) as result
    inner join attempts using (run_id, test_case_id, iteration)
    inner join public.test_cases as test_case on test_case.id = result.test_case_id
    left join running
      on running.run_id = result.run_id and running.test_case_id = result.test_case_id
      and running.iteration = result.iteration
    cross join lateral (
      values
        (false, 'test_started', least(attempts.started_at, result.completed_at), '{}'::jsonb),
        (
          true,
          case result.status
            when 'passed' then 'test_completed' when 'skipped' then 'test_skipped' else 'test_failed'
          end,
          result.completed_at,
          jsonb_build_object(
            'status', result.status, 'duration_ms', result.duration_ms, 'attempt_number', result.attempt_number,
            'captured', result.captured_names, 'reason', result.reason, 'category', result.category,
            'error_message', left(result.error_message, 1000)
          )
        )
    ) as occurrence (is_end, type, occurred_at, data)
    where result.is_final
      -- A skipped test never started.
      and (occurrence.is_end or (running.run_id is null and result.status <> 'skipped'))
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
