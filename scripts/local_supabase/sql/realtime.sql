-- Schema realtime of the local Supabase: the objects that hosted Realtime offers to migrations.
-- Partitions of realtime.messages are made by the Realtime service, not here. As hosted since July
-- 2026, role postgres owns nothing in this schema and creates nothing in it but policies.

create schema realtime;
grant usage on schema realtime to anon, authenticated, service_role, postgres;
grant usage, create on schema realtime to supabase_realtime_admin;

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default timezone('utc', now()),
  inserted_at timestamp not null default timezone('utc', now()),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_payload_exclusive check (payload is null or binary_payload is null),
  primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role, postgres;

create index messages_inserted_at_topic_index
on realtime.messages (inserted_at desc, topic)
where extension = 'broadcast' and private is true;

create function realtime.topic() returns text
language sql stable set search_path = ''
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- What both senders share: an error becomes a warning, so that a broadcast never fails its caller.
create function realtime.store_broadcast(
  message_id uuid, topic text, event text, private boolean, payload jsonb, binary_payload bytea
) returns void
language plpgsql set search_path = ''
as $$
begin
  perform set_config('realtime.topic', store_broadcast.topic, true);
  insert into realtime.messages (id, topic, extension, event, private, payload, binary_payload)
  values (
    message_id, store_broadcast.topic, 'broadcast', store_broadcast.event,
    store_broadcast.private, store_broadcast.payload, store_broadcast.binary_payload
  );
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;

create function realtime.send(
  payload jsonb, event text, topic text, private boolean default true
) returns void
language plpgsql set search_path = ''
as $$
declare
  message_id constant uuid := gen_random_uuid();
begin
  if jsonb_typeof(payload) is distinct from 'object' then
    raise warning 'WarnSendingBroadcastMessage: the payload must be a JSON object';
    return;
  end if;
  perform realtime.store_broadcast(
    message_id, topic, event, private, jsonb_build_object('id', message_id) || payload, null
  );
end
$$;

create function realtime.send_binary(
  payload bytea, event text, topic text, private boolean default true
) returns void
language sql set search_path = ''
as $$
  select realtime.store_broadcast(gen_random_uuid(), topic, event, private, null, payload)
$$;

create function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void
language plpgsql set search_path = ''
as $$
declare
  change jsonb;
begin
  if level = 'STATEMENT' then
    raise exception 'broadcast_changes works for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'broadcast_changes does not know the operation %', operation;
  end if;
  change := jsonb_build_object(
    'schema', table_schema, 'table', table_name, 'operation', operation,
    'record', to_jsonb(new), 'old_record', to_jsonb(old)
  );
  perform realtime.send(change, event_name, topic_name);
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

-- Hosted Realtime reads the write-ahead log. Here the service listens, and learns ids only: a
-- notification holds 8000 bytes at most, and arrives at commit, in commit order.
create function realtime.announce_message() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform pg_notify('realtime_messages', new.id::text);
  return null;
end
$$;

create trigger announce_message
after insert on realtime.messages
for each row when (new.extension = 'broadcast')
execute function realtime.announce_message();

-- Only an owner may write policies. Hosted lets role postgres do it nevertheless, through the
-- supautils extension. The least that gives the same here: postgres becomes a member of the owning
-- role when one of the three policy commands starts and ceases to be one when it ends, inside the
-- same transaction. Nobody else ever sees the membership, a failed command takes it away with it,
-- and every other command on the table stays refused.
create function realtime.admit_policy_author() returns event_trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(nullif(current_setting('role'), 'none'), session_user) = 'postgres' then
    grant supabase_realtime_admin to postgres with inherit true, set false, admin false;
  end if;
end
$$;

create function realtime.dismiss_policy_author() returns event_trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(nullif(current_setting('role'), 'none'), session_user) = 'postgres' then
    revoke supabase_realtime_admin from postgres;
  end if;
end
$$;

create event trigger realtime_admit_policy_author on ddl_command_start
when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY')
execute function realtime.admit_policy_author();

create event trigger realtime_dismiss_policy_author on ddl_command_end
when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY')
execute function realtime.dismiss_policy_author();
