-- A delivery starts its run once, in one transaction with its entry in the log.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.log_hook_delivery(hook public.hooks, delivery jsonb, outcome text, run_id uuid)
returns uuid
language sql
set search_path = ''
as $$
  insert into public.hook_deliveries (
    organization_id, project_id, hook_id, delivery_id, fingerprint, outcome, problem_code, problem_detail, run_id,
    run_request, headers, payload, payload_bytes
  )
  values (
    hook.organization_id, hook.project_id, hook.id, delivery ->> 'delivery_id', delivery ->> 'fingerprint', outcome,
    left(delivery ->> 'problem_code', 100), left(delivery ->> 'problem_detail', 1000), run_id,
    nullif(delivery -> 'run', 'null'), coalesce(nullif(delivery -> 'headers', 'null'), '{}'),
    nullif(delivery -> 'payload', 'null'), coalesce((delivery ->> 'payload_bytes')::integer, 0)
  )
  returning id
$$;
comment on function private.log_hook_delivery(public.hooks, jsonb, text, uuid) is
  'Writes an entry of the log, and returns its id.';
revoke execute on function private.log_hook_delivery(public.hooks, jsonb, text, uuid) from public, anon, authenticated, service_role;

create function private.find_hook_of_caller(hook_id uuid)
returns public.hooks
language plpgsql
security definer
set search_path = ''
as $$
declare
  hook public.hooks;
begin
  -- Only the service acts with the token of a hook, and only after it has verified a delivery.
  select * into hook from public.hooks as existing
  where existing.id = find_hook_of_caller.hook_id and existing.enabled
    and existing.api_token_id = (private.my_token()).id;
  if hook.id is null then
    perform private.refuse('403', 'the hook acts for nobody', null, 'forbidden');
  end if;
  return hook;
end;
$$;
comment on function private.find_hook_of_caller(uuid) is
  'The hook that the caller acts for; nobody else gets past it. Definer: tokens do not read tokens.';
revoke execute on function private.find_hook_of_caller(uuid) from public, anon, authenticated, service_role;

create function private.claim_hook_delivery(hook_id uuid, delivery jsonb, replay_window interval)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  hook public.hooks := private.find_hook_of_caller(claim_hook_delivery.hook_id);
  names text[] := array[delivery ->> 'delivery_id', delivery ->> 'fingerprint'];
  first_one public.hook_deliveries;
begin
  -- In one order, so that no two deliveries wait for each other.
  perform pg_advisory_xact_lock(lock.key)
  from (
    select distinct hashtextextended(hook.id::text || ':' || named.name, 0) as key
    from unnest(names) as named (name)
    where named.name is not null
    order by 1
  ) as lock;
  select * into first_one from public.hook_deliveries as known
  where known.hook_id = hook.id and known.outcome = 'accepted'
    and (
      known.delivery_id = delivery ->> 'delivery_id'
      or (
        known.fingerprint = delivery ->> 'fingerprint' and replay_window > interval '0'
        and known.received_at > clock_timestamp() - replay_window
      )
    )
  order by known.received_at
  limit 1;
  if first_one.id is null then
    return null;
  end if;
  perform private.log_hook_delivery(hook, delivery, 'duplicate', first_one.run_id);
  return jsonb_build_object('delivery_id', first_one.id, 'outcome', 'duplicate', 'run_id', first_one.run_id);
end;
$$;
comment on function private.claim_hook_delivery(uuid, jsonb, interval) is
  'The answer to a delivery that was accepted before; null for a new one, which nobody else claims until this transaction ends. Definer: members do not write the log.';
revoke execute on function private.claim_hook_delivery(uuid, jsonb, interval) from public, anon, authenticated, service_role;
grant execute on function private.claim_hook_delivery(uuid, jsonb, interval) to authenticated;

create function private.accept_hook_delivery(hook_id uuid, delivery jsonb, run_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  hook public.hooks := private.find_hook_of_caller(accept_hook_delivery.hook_id);
begin
  return jsonb_build_object(
    'delivery_id', private.log_hook_delivery(hook, delivery, 'accepted', accept_hook_delivery.run_id),
    'outcome', 'accepted', 'run_id', accept_hook_delivery.run_id
  );
end;
$$;
comment on function private.accept_hook_delivery(uuid, jsonb, uuid) is
  'Logs that a delivery started a run. Definer: members do not write the log.';
revoke execute on function private.accept_hook_delivery(uuid, jsonb, uuid) from public, anon, authenticated, service_role;
grant execute on function private.accept_hook_delivery(uuid, jsonb, uuid) to authenticated;

create function public.start_hook_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  hook_id uuid := (request ->> 'hook_id')::uuid;
  answer jsonb := private.claim_hook_delivery(
    hook_id, request -> 'delivery', make_interval(secs => (request ->> 'replay_window_seconds')::integer)
  );
  run jsonb;
begin
  if answer is not null then
    return answer;
  end if;
  -- As the invoker: the member of the hook starts the run, or is refused.
  run := public.start_test_run((request #> '{delivery,run}') || jsonb_build_object('trigger', 'webhook'));
  return private.accept_hook_delivery(hook_id, request -> 'delivery', (run ->> 'id')::uuid);
end;
$$;
comment on function public.start_hook_run(jsonb) is
  'Request {hook_id, delivery, replay_window_seconds}, with the token of the hook; answers {delivery_id, outcome, run_id}: accepted, or duplicate and nothing was started.';
revoke execute on function public.start_hook_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.start_hook_run(jsonb) to authenticated;

create function public.record_hook_delivery(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  hook public.hooks;
begin
  select * into hook from public.hooks where id = (request ->> 'hook_id')::uuid;
  if hook.id is null then
    return null;
  end if;
  return jsonb_build_object(
    'delivery_id', private.log_hook_delivery(hook, request -> 'delivery', request ->> 'outcome', null),
    'outcome', request -> 'outcome', 'run_id', null
  );
end;
$$;
comment on function public.record_hook_delivery(jsonb) is
  'Request {hook_id, delivery, outcome}: logs a delivery that started nothing; answers {delivery_id, outcome, run_id}, or null without the hook.';
revoke execute on function public.record_hook_delivery(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.record_hook_delivery(jsonb) to service_role;
grant execute on function private.log_hook_delivery(public.hooks, jsonb, text, uuid) to service_role;
