-- Numbers events, keeps them in the log and sends them to the topics of the run and its project.
-- Risk: writers of one run wait for each other until commit, which is what keeps the numbers in order.
set lock_timeout = '5s';

create function private.send_message(payload jsonb, event text, topic text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null then
    return;
  end if;
  perform realtime.send(payload, event, topic, true);
exception when others then
  raise warning 'message on % was not sent: %', topic, sqlerrm;
end;
$$;
comment on function private.send_message(jsonb, text, text) is
  'Sends on a private topic. A missing or failing Realtime never fails the write that it tells of.';
revoke execute on function private.send_message(jsonb, text, text) from public, anon, authenticated, service_role;

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
            when 'run_started' then 0 when 'context_updated' then 2 when 'run_completed' then 3 else 1
          end,
          (item.event ->> 'occurred_at')::timestamptz,
          item.place
      ) as place
    from jsonb_array_elements(events) with ordinality as item (event, place)
  ),
  numbered as (
    select
      last_seq - jsonb_array_length(events) + ordered.place as seq,
      ordered.event
        || jsonb_build_object('seq', last_seq - jsonb_array_length(events) + ordered.place, 'run_id', run_id) as event
    from ordered
  )
  select numbered.seq, numbered.event, sum(octet_length(numbered.event::text)) over (order by numbered.seq) / 180000
  from numbered
$$;
comment on function private.number_events(uuid, bigint, jsonb) is
  'Orders events by time, numbers them up to last_seq and groups them into messages under 200 kB.';
revoke execute on function private.number_events(uuid, bigint, jsonb) from public, anon, authenticated, service_role;

create function private.publish_run_events(target_run_id uuid, events jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
  message record;
begin
  update public.test_runs set event_seq = event_seq + jsonb_array_length(events)
  where id = target_run_id
  returning * into run;
  if run.id is null then
    return;
  end if;
  for message in
    select min(item.seq) as first_seq, max(item.seq) as last_seq, jsonb_agg(item.event order by item.seq) as events
    from private.number_events(run.id, run.event_seq, publish_run_events.events) as item
    group by item.message
    order by item.message
  loop
    insert into public.test_run_events (run_id, first_seq, last_seq, organization_id, run_date, events)
    values (run.id, message.first_seq, message.last_seq, run.organization_id, run.run_date, message.events);
    perform private.send_message(
      jsonb_build_object(
        'version', 1, 'run_id', run.id, 'first_seq', message.first_seq, 'last_seq', message.last_seq,
        'events', message.events, 'counts', private.run_counts(run)
      ),
      'events', 'run:' || run.id
    );
  end loop;
  perform private.send_message(
    jsonb_build_object(
      'version', 1, 'run_id', run.id, 'status', run.status, 'counts', private.run_counts(run),
      'type', case
        when jsonb_path_exists(events, '$[*] ? (@.type == "run_completed")') then 'run_completed'
        when jsonb_path_exists(events, '$[*] ? (@.type == "run_started")') then 'run_started'
        else 'run_progress'
      end
    ),
    'run', 'project:' || run.project_id
  );
end;
$$;
comment on function private.publish_run_events(uuid, jsonb) is
  'Definer: members read the log and nobody writes it; Realtime accepts messages from definers only.';
revoke execute on function private.publish_run_events(uuid, jsonb) from public, anon, authenticated, service_role;

create function private.announce(target_run_id uuid, events jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(jsonb_array_length(events), 0) = 0 then
    return;
  end if;
  if current_setting('atp.collecting_run_id', true) = target_run_id::text then
    perform set_config(
      'atp.collected_events', (current_setting('atp.collected_events')::jsonb || events)::text, true
    );
  else
    perform private.publish_run_events(target_run_id, events);
  end if;
end;
$$;
comment on function private.announce(uuid, jsonb) is
  'Publishes events of a run, or puts them aside while a batch collects them.';
revoke execute on function private.announce(uuid, jsonb) from public, anon, authenticated, service_role;

create function private.begin_collecting_events(target_run_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('atp.collected_events', '[]', true);
  perform set_config('atp.collecting_run_id', target_run_id::text, true);
end;
$$;
comment on function private.begin_collecting_events(uuid) is
  'From here to publish_collected_events, all statements of the transaction announce one message together.';
revoke execute on function private.begin_collecting_events(uuid) from public, anon, authenticated, service_role;
grant execute on function private.begin_collecting_events(uuid) to service_role;

create function private.publish_collected_events(target_run_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform set_config('atp.collecting_run_id', '', true);
  perform private.announce(target_run_id, current_setting('atp.collected_events')::jsonb);
  perform set_config('atp.collected_events', '[]', true);
end;
$$;
comment on function private.publish_collected_events(uuid) is
  'Publishes what a batch collected. Definer: only triggers and this may announce.';
revoke execute on function private.publish_collected_events(uuid) from public, anon, authenticated, service_role;
grant execute on function private.publish_collected_events(uuid) to service_role;
