-- Events of runs and notifications reach the log and the topic of their project.
-- Risk: transactions of one project wait for each other while they commit, which is what keeps the numbers in order.
set lock_timeout = '5s';

create function private.append_project_events(target_project_id uuid, events jsonb, request_id uuid)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  stream public.project_streams;
  added integer := jsonb_array_length(append_project_events.events);
  numbered jsonb;
begin
  insert into public.project_streams as current_stream (project_id, organization_id, event_seq)
  select project.id, project.organization_id, added
  from public.projects as project
  where project.id = target_project_id
  on conflict (project_id) do update set event_seq = current_stream.event_seq + added
  returning * into stream;
  -- The same transaction may have deleted the project.
  if stream.project_id is null then
    return null;
  end if;
  select jsonb_agg(
    item.value || jsonb_build_object(
      'version', 1, 'seq', stream.event_seq - added + item.ordinality, 'project_id', stream.project_id,
      'run_seq', item.value -> 'seq'
    )
    order by item.ordinality
  ) into numbered
  from jsonb_array_elements(append_project_events.events) with ordinality as item;
  insert into public.project_events (project_id, first_seq, last_seq, organization_id, request_id, events)
  values (
    stream.project_id, stream.event_seq - added + 1, stream.event_seq, stream.organization_id,
    append_project_events.request_id, numbered
  );
  perform private.send_message(
    jsonb_build_object(
      'version', 1, 'project_id', stream.project_id, 'first_seq', stream.event_seq - added + 1,
      'last_seq', stream.event_seq, 'announced_at', clock_timestamp(), 'events', numbered
    ),
    'events', 'project:' || stream.project_id
  );
  return stream.event_seq;
end;
$$;
comment on function private.append_project_events(uuid, jsonb, uuid) is
  'Numbers events, logs and sends them; answers the last number. Definer: members read the log and nobody writes it.';
revoke execute on function private.append_project_events(uuid, jsonb, uuid) from public, anon, authenticated, service_role;
grant execute on function private.append_project_events(uuid, jsonb, uuid) to service_role;

create function private.select_project_events(events jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_path_query_array(
    events,
    '$[*] ? (@.type == "run_started" || @.type == "run_progress" || @.type == "run_completed" || @.type == "test_failed")'
  )
$$;
comment on function private.select_project_events(jsonb) is
  'Those events of a run that concern who follows the whole project.';
revoke execute on function private.select_project_events(jsonb) from public, anon, authenticated, service_role;

create function private.tell_project()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.append_project_events(run.project_id, private.select_project_events(new.events), null)
  from public.test_runs as run
  where run.id = new.run_id;
  return null;
end;
$$;
comment on function private.tell_project() is
  'Definer: whoever publishes for the run publishes for its project.';
revoke execute on function private.tell_project() from public, anon, authenticated, service_role;

create constraint trigger test_run_events_tell_project
  after insert on public.test_run_events
  deferrable initially deferred
  for each row
  when (new.events @? '$[*] ? (@.type == "run_started" || @.type == "run_progress" || @.type == "run_completed" || @.type == "test_failed")')
  execute function private.tell_project();
comment on trigger test_run_events_tell_project on public.test_run_events is
  'Deferred: the runs of a project share one counter, which is locked for the length of a commit and after every other lock.';

create function private.name_notification(target_project_id uuid, notification jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  data jsonb := notification -> 'data';
  required text[] := case notification ->> 'type'
    when 'flaky_test_detected' then array['failure_rate', 'total_runs', 'window_days']
    when 'performance_degradation' then array['baseline_ms', 'current_ms', 'change_percent']
  end;
  named jsonb;
begin
  if required is null or jsonb_typeof(data) is distinct from 'object' or pg_column_size(data) > 8192
    or not data ?& required then
    perform private.refuse(
      '422', 'notification not understood', coalesce(notification ->> 'type', 'no type'), 'invalid_notification'
    );
  end if;
  select jsonb_build_object('test_case_id', test_case.id, 'key', test_case.key, 'name', test_case.name) into named
  from public.test_cases as test_case
  where test_case.project_id = target_project_id and test_case.id = (data ->> 'test_case_id')::uuid;
  if named is null then
    perform private.refuse('422', 'test case not found', data ->> 'test_case_id', 'test_case_not_found');
  end if;
  return jsonb_build_object(
    'type', notification -> 'type', 'run_id', notification -> 'run_id', 'data', data || named,
    'occurred_at', coalesce((notification ->> 'occurred_at')::timestamptz, now())
  );
end;
$$;
comment on function private.name_notification(uuid, jsonb) is
  'The event of a notification, with the name of its test; refuses what is incomplete or of another project.';
revoke execute on function private.name_notification(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.name_notification(uuid, jsonb) to service_role;

create function public.publish_notifications(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  target_project_id uuid := (request ->> 'project_id')::uuid;
  request_key uuid := (request ->> 'request_id')::uuid;
  notifications jsonb := coalesce(nullif(request -> 'notifications', 'null'), '[]');
  events jsonb;
begin
  if not exists (select from public.projects as project where project.id = target_project_id) then
    perform private.refuse('404', 'project not found', null, 'not_found');
  end if;
  if jsonb_array_length(notifications) > 20 then
    perform private.refuse('422', 'too many notifications', 'at most 20 in a request', 'invalid_notification');
  end if;
  -- Whoever repeats a request while it is under way waits here for its end.
  perform pg_advisory_xact_lock(hashtextextended('publish_notifications:' || request_key, 0));
  if notifications = '[]' or exists (
    select from public.project_events as message
    where message.project_id = target_project_id and message.request_id = request_key
  ) then
    return jsonb_build_object('published', 0);
  end if;
  select jsonb_agg(private.name_notification(target_project_id, item.value) order by item.ordinality) into events
  from jsonb_array_elements(notifications) with ordinality as item;
  return jsonb_build_object(
    'event_seq', private.append_project_events(target_project_id, events, request_key),
    'published', jsonb_array_length(events)
  );
end;
$$;
comment on function public.publish_notifications(jsonb) is
  'Request {project_id, request_id, notifications: [{type, run_id, occurred_at, data}]}; repeating a request_id publishes nothing; answers {published, event_seq}.';
revoke execute on function public.publish_notifications(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.publish_notifications(jsonb) to service_role;
