-- Events and tests in flight name the iteration they are about.
-- Risk: none, functions are replaced.
set lock_timeout = '5s';

create or replace function private.announce_results()
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
            'test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name, 'iteration', result.iteration,
            'iteration_name', result.iteration_name
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
create or replace function private.merge_running_tests(run public.test_runs, reported jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(test.entry order by test.entry ->> 'started_at', test.entry ->> 'key'), '[]')
    from (
      select distinct on (item.value -> 'test_case_id', coalesce(item.value -> 'iteration', '0'))
        jsonb_build_object(
          'test_case_id', item.value -> 'test_case_id', 'key', item.value -> 'key', 'name', item.value -> 'name',
          'iteration', coalesce(item.value -> 'iteration', '0'),
          'iteration_name', item.value -> 'iteration_name', 'started_at', item.value -> 'started_at'
        ) as entry
      from jsonb_array_elements(reported || run.running_tests) with ordinality as item
      order by item.value -> 'test_case_id', coalesce(item.value -> 'iteration', '0'), item.ordinality
    ) as test
    where not exists (
      select from public.test_results as result
      where result.run_id = run.id and result.run_date = run.run_date and result.is_final
        and result.test_case_id = (test.entry ->> 'test_case_id')::uuid
        and result.iteration = (test.entry ->> 'iteration')::integer
    )
  );
end;
$$;
