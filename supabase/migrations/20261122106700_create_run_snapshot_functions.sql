-- Reading a run while it goes on: one consistent snapshot, then the events after it.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function public.get_test_run_snapshot(request jsonb)
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
      'test_case_id', result.test_case_id, 'iteration', result.iteration, 'key', test_case.key,
      'name', test_case.name, 'status', result.status, 'reason', result.reason, 'category', result.category,
      'error_message', result.error_message, 'duration_ms', result.duration_ms,
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
    'run', private.run_document(found_run), 'running_tests', found_run.running_tests, 'results', final_results,
    'seq', found_run.event_seq
  );
end;
$$;
comment on function public.get_test_run_snapshot(jsonb) is
  'Request {run_id}; answers {run, running_tests, results, seq} as of one moment (stable: one snapshot), or null.';
revoke execute on function public.get_test_run_snapshot(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_run_snapshot(jsonb) to authenticated, service_role;

create function public.get_run_events(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  found_run public.test_runs;
  after_seq bigint := coalesce((request ->> 'after_seq')::bigint, 0);
  -- There are no gaps, so the number of events is a range of numbers.
  until_seq bigint := after_seq + least(coalesce((request ->> 'limit')::integer, 1000), 10000);
  found_events jsonb;
begin
  select * into found_run from public.test_runs where id = (request ->> 'run_id')::uuid;
  if not found then
    return null;
  end if;
  select coalesce(jsonb_agg(item.event order by item.seq), '[]') into found_events
  from (
    select event.value as event, (event.value ->> 'seq')::bigint as seq
    from public.test_run_events as message
    cross join lateral jsonb_array_elements(message.events) as event
    where message.run_id = found_run.id and message.last_seq > after_seq and message.first_seq <= until_seq
  ) as item
  where item.seq > after_seq and item.seq <= until_seq;
  return jsonb_build_object('events', found_events, 'event_seq', found_run.event_seq, 'status', found_run.status);
end;
$$;
comment on function public.get_run_events(jsonb) is
  'Request {run_id, after_seq, limit}; answers {events, event_seq, status} from the log, or null.';
revoke execute on function public.get_run_events(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_run_events(jsonb) to authenticated, service_role;
