-- Reading a project while its runs go on: one consistent snapshot, then the events after it.
-- Risk: get_test_run_snapshot is replaced; it answers two more fields.
set lock_timeout = '5s';

create function private.run_summary(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.run_progress(run) || jsonb_build_object(
    'id', run.id, 'trigger', run.trigger, 'suite_id', run.suite_id, 'environment_id', run.environment_id,
    'started_by', run.started_by, 'created_at', run.created_at, 'started_at', run.started_at,
    'completed_at', run.completed_at, 'total_duration_ms', run.total_duration_ms, 'event_seq', run.event_seq
  )
$$;
comment on function private.run_summary(public.test_runs) is
  'A run as the snapshot of its project shows it.';
revoke execute on function private.run_summary(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.run_summary(public.test_runs) to authenticated, service_role;

create function public.get_project_snapshot(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  found_project public.projects;
  recent integer := least(greatest(coalesce((request ->> 'recent')::integer, 20), 0), 100);
  runs jsonb;
  seq bigint;
begin
  select * into found_project from public.projects where id = (request ->> 'project_id')::uuid;
  if not found then
    return null;
  end if;
  select stream.event_seq into seq from public.project_streams as stream where stream.project_id = found_project.id;
  select coalesce(jsonb_agg(private.run_summary(listed.run) order by listed.place, (listed.run).created_at desc), '[]')
  into runs
  from (
    (
      select unfinished as run, 0 as place from public.test_runs as unfinished
      where unfinished.project_id = found_project.id and unfinished.status in ('pending', 'running')
      order by unfinished.created_at desc
      limit 200
    )
    union all
    (
      select finished as run, 1 as place from public.test_runs as finished
      where finished.project_id = found_project.id and finished.status not in ('pending', 'running')
      order by finished.created_at desc
      limit recent
    )
  ) as listed;
  return jsonb_build_object(
    'version', 1, 'seq', coalesce(seq, 0), 'runs', runs,
    'project', jsonb_build_object(
      'id', found_project.id, 'organization_id', found_project.organization_id, 'name', found_project.name
    )
  );
end;
$$;
comment on function public.get_project_snapshot(jsonb) is
  'Request {project_id, recent}; answers {version, project, runs, seq} as of one moment: unfinished runs, then the newest ended ones; or null.';
revoke execute on function public.get_project_snapshot(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_project_snapshot(jsonb) to authenticated, service_role;

create function public.get_project_events(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  found_project public.projects;
  after_seq bigint := coalesce((request ->> 'after_seq')::bigint, 0);
  -- There are no gaps, so the number of events is a range of numbers.
  until_seq bigint := after_seq + least(coalesce((request ->> 'limit')::integer, 1000), 10000);
  found_events jsonb;
  seq bigint;
begin
  select * into found_project from public.projects where id = (request ->> 'project_id')::uuid;
  if not found then
    return null;
  end if;
  select stream.event_seq into seq from public.project_streams as stream where stream.project_id = found_project.id;
  select coalesce(jsonb_agg(item.event order by item.seq), '[]') into found_events
  from (
    select event.value as event, (event.value ->> 'seq')::bigint as seq
    from public.project_events as message
    cross join lateral jsonb_array_elements(message.events) as event
    where message.project_id = found_project.id and message.last_seq > after_seq and message.first_seq <= until_seq
  ) as item
  where item.seq > after_seq and item.seq <= until_seq;
  return jsonb_build_object('events', found_events, 'event_seq', coalesce(seq, 0));
end;
$$;
comment on function public.get_project_events(jsonb) is
  'Request {project_id, after_seq, limit}; answers {events, event_seq} from the log, or null.';
revoke execute on function public.get_project_events(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_project_events(jsonb) to authenticated, service_role;

create or replace function public.get_test_run_snapshot(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  found_run public.test_runs;
  final_results jsonb;
begin
  select * into found_run from public.test_runs where id = (request ->> 'run_id')::uuid;
  if not found then
    return null;
  end if;
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'test_case_id', result.test_case_id, 'iteration', result.iteration, 'iteration_name', result.iteration_name,
      'key', test_case.key, 'name', test_case.name, 'status', result.status, 'reason', result.reason,
      'category', result.category, 'error_message', result.error_message, 'duration_ms', result.duration_ms,
      'attempt_number', result.attempt_number, 'captured', result.captured_names,
      'completed_at', result.completed_at
    )
    order by result.completed_at, test_case.key, result.iteration
  ), '[]') into final_results
  from public.test_results as result
  inner join public.test_cases as test_case
    on test_case.organization_id = result.organization_id and test_case.id = result.test_case_id
  where result.organization_id = found_run.organization_id and result.run_id = found_run.id
    and result.run_date = found_run.run_date and result.is_final;
  return jsonb_build_object(
    'version', 1, 'run', private.run_document(found_run), 'progress', private.run_progress(found_run),
    'running_tests', found_run.running_tests, 'results', final_results, 'seq', found_run.event_seq
  );
end;
$$;
comment on function public.get_test_run_snapshot(jsonb) is
  'Request {run_id}; answers {version, run, progress, running_tests, results, seq} as of one moment (stable: one snapshot), or null.';
