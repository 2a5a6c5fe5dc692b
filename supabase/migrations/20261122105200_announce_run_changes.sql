-- Announces the start and the end of a run, and each test that started.
-- Risk: one small query per statement that updates runs.
set lock_timeout = '5s';

create function private.build_event(type text, occurred_at timestamptz, data jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('type', type, 'occurred_at', occurred_at, 'data', data)
$$;
comment on function private.build_event(text, timestamptz, jsonb) is
  'An event before it has its number.';
revoke execute on function private.build_event(text, timestamptz, jsonb) from public, anon, authenticated, service_role;

create function private.list_started_tests(old_tests jsonb, new_tests jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      private.build_event(
        'test_started',
        coalesce((test.value ->> 'started_at')::timestamptz, now()),
        test.value - 'started_at'
      )
      order by test.ordinality
    ),
    '[]'
  )
  from jsonb_array_elements(new_tests) with ordinality as test
  where not old_tests @> jsonb_build_array(
    jsonb_build_object('test_case_id', test.value -> 'test_case_id', 'iteration', test.value -> 'iteration')
  )
$$;
comment on function private.list_started_tests(jsonb, jsonb) is
  'test_started events of the tests that are new in running_tests.';
revoke execute on function private.list_started_tests(jsonb, jsonb) from public, anon, authenticated, service_role;

create function private.announce_run_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  changed record;
begin
  for changed in
    select
      new_run.id,
      case when old_run.status = 'pending' and new_run.status = 'running' then jsonb_build_array(
        private.build_event('run_started', new_run.started_at, jsonb_build_object(
          'status', new_run.status, 'counts', private.run_counts(new_run)
        ))
      ) else '[]' end as started,
      case when old_run.running_tests <> new_run.running_tests
        then private.list_started_tests(old_run.running_tests, new_run.running_tests) else '[]'
      end as tests,
      case when not private.is_finished(old_run.status) and private.is_finished(new_run.status) then jsonb_build_array(
        private.build_event('run_completed', new_run.completed_at, jsonb_build_object(
          'status', new_run.status, 'counts', private.run_counts(new_run),
          'total_duration_ms', new_run.total_duration_ms
        ))
      ) else '[]' end as ended
    from new_runs as new_run
    inner join old_runs as old_run on old_run.id = new_run.id
    where (old_run.status, old_run.running_tests) is distinct from (new_run.status, new_run.running_tests)
    order by new_run.id
  loop
    perform private.announce(changed.id, changed.started || changed.tests || changed.ended);
  end loop;
  return null;
end;
$$;
comment on function private.announce_run_changes() is
  'Definer: whoever changed the run, the message goes out.';
revoke execute on function private.announce_run_changes() from public, anon, authenticated, service_role;

create trigger test_runs_announce
  after update on public.test_runs
  referencing old table as old_runs new table as new_runs
  for each statement execute function private.announce_run_changes();
comment on trigger test_runs_announce on public.test_runs is 'Announces run_started, test_started and run_completed.';
