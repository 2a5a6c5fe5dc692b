-- Every event has a version, and every batch that ends tests tells how far the run is.
-- Risk: functions are replaced; a transaction that is publishing waits for nothing.
set lock_timeout = '5s';

drop function private.number_events(uuid, bigint, jsonb);

create function private.number_events(run_id uuid, last_seq bigint, events jsonb)
returns table (seq bigint, event jsonb, message bigint)
language sql
stable
set search_path = ''
as $$
  with ordered as (
    select
      item.event,
      row_number() over (
        order by
          case item.event ->> 'type'
            when 'run_started' then 0 when 'context_updated' then 2 when 'run_progress' then 3
            when 'run_completed' then 4 else 1
          end,
          (item.event ->> 'occurred_at')::timestamptz,
          item.place
      ) as place
    from jsonb_array_elements(events) with ordinality as item (event, place)
  ),
  numbered as (
    select
      last_seq - jsonb_array_length(events) + ordered.place as seq,
      ordered.event || jsonb_build_object(
        'version', 1, 'seq', last_seq - jsonb_array_length(events) + ordered.place, 'run_id', run_id
      ) as event
    from ordered
  )
  select numbered.seq, numbered.event, sum(octet_length(numbered.event::text)) over (order by numbered.seq) / 180000
  from numbered
$$;
comment on function private.number_events(uuid, bigint, jsonb) is
  'Orders events by time, numbers them up to last_seq and groups them into messages under 200 kB.';
revoke execute on function private.number_events(uuid, bigint, jsonb) from public, anon, authenticated, service_role;

create function private.calls_for_progress(events jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select jsonb_path_exists(
    events, '$[*].type ? (@ == "test_completed" || @ == "test_failed" || @ == "test_skipped")'
  ) and not jsonb_path_exists(events, '$[*].type ? (@ == "run_completed")')
$$;
comment on function private.calls_for_progress(jsonb) is
  'Whether tests ended; the end of the run tells its counts itself.';
revoke execute on function private.calls_for_progress(jsonb) from public, anon, authenticated, service_role;

create or replace function private.publish_run_events(target_run_id uuid, events jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
  message record;
  announced jsonb := publish_run_events.events;
  tells_progress boolean := private.calls_for_progress(publish_run_events.events);
begin
  update public.test_runs
  set event_seq = event_seq + jsonb_array_length(announced) + tells_progress::integer
  where id = target_run_id
  returning * into run;
  if run.id is null then
    return;
  end if;
  if tells_progress then
    announced := announced || private.build_event('run_progress', clock_timestamp(), private.run_progress(run));
  end if;
  for message in
    select min(item.seq) as first_seq, max(item.seq) as last_seq, jsonb_agg(item.event order by item.seq) as events
    from private.number_events(run.id, run.event_seq, announced) as item
    group by item.message
    order by item.message
  loop
    insert into public.test_run_events (run_id, first_seq, last_seq, organization_id, run_date, events)
    values (run.id, message.first_seq, message.last_seq, run.organization_id, run.run_date, message.events);
    perform private.send_message(
      jsonb_build_object(
        'version', 1, 'run_id', run.id, 'first_seq', message.first_seq, 'last_seq', message.last_seq,
        'announced_at', clock_timestamp(), 'events', message.events, 'counts', private.run_counts(run)
      ),
      'events', 'run:' || run.id
    );
  end loop;
end;
$$;
comment on function private.publish_run_events(uuid, jsonb) is
  'Definer: members read the log and nobody writes it; Realtime accepts messages from definers only.';

create or replace function private.announce_run_changes()
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
        private.build_event('run_started', new_run.started_at, private.run_progress(new_run) || jsonb_build_object(
          'suite_id', new_run.suite_id, 'environment_id', new_run.environment_id, 'trigger', new_run.trigger,
          'started_by', new_run.started_by
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
