-- A request may wait a minute for its run: whoever repeats it then must not begin it again. And whoever was thought to be gone
-- does not answer for the request that has taken the key over.
-- Risk: a key whose request died with its process is free after three minutes instead of one.
set lock_timeout = '5s';

create or replace function private.claim_idempotency_key(wanted_key text, wanted_fingerprint text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  known private.idempotency_keys;
begin
  delete from private.idempotency_keys
  where user_id = (select auth.uid()) and claimed_at < clock_timestamp() - interval '1 day';
  insert into private.idempotency_keys as present (user_id, key, fingerprint)
  values ((select auth.uid()), wanted_key, wanted_fingerprint)
  on conflict (user_id, key) do update
    set fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at
    -- Whoever began it three minutes ago and has no answer is gone.
    where present.answer is null and present.claimed_at < clock_timestamp() - interval '3 minutes';
  if found then
    return jsonb_build_object('state', 'claimed');
  end if;
  select * into known from private.idempotency_keys
  where user_id = (select auth.uid()) and key = wanted_key;
  return case
    when known.fingerprint is distinct from wanted_fingerprint then jsonb_build_object('state', 'reused')
    when known.answer is null then jsonb_build_object('state', 'running')
    else jsonb_build_object('state', 'answered', 'answer', known.answer)
  end;
end;
$$;

create function private.settle_idempotency_key(settled_key text, settled_fingerprint text, given_answer text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if given_answer is null then
    delete from private.idempotency_keys
    where user_id = (select auth.uid()) and key = settled_key and fingerprint = settled_fingerprint and answer is null;
  else
    update private.idempotency_keys set answer = given_answer
    where user_id = (select auth.uid()) and key = settled_key and fingerprint = settled_fingerprint and answer is null;
  end if;
end;
$$;
comment on function private.settle_idempotency_key(text, text, text) is
  'Definer: callers reach their own keys in no other way. Keeps the answer of this request, or without one forgets the key.';
revoke execute on function private.settle_idempotency_key(text, text, text) from public, anon, authenticated, service_role;
grant execute on function private.settle_idempotency_key(text, text, text) to authenticated;

create or replace function public.settle_idempotency_key(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.settle_idempotency_key(request ->> 'key', request ->> 'fingerprint', request ->> 'answer');
  return '{}';
end;
$$;
comment on function public.settle_idempotency_key(jsonb) is
  'Request {key, fingerprint, answer}; keeps the answer for whoever repeats the request, or without one forgets the key.';

drop function private.settle_idempotency_key(text, text);
