-- Idempotency keys: a request that is sent twice is carried out once and answered alike.
-- Risk: none, new objects only.
set lock_timeout = '5s';

create table private.idempotency_keys (
  user_id uuid not null,
  key text not null,
  fingerprint text not null,
  answer text,
  claimed_at timestamptz not null default clock_timestamp(),
  constraint idempotency_keys_pkey primary key (user_id, key),
  constraint idempotency_keys_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
  constraint idempotency_keys_key_check check (char_length(key) between 1 and 255),
  constraint idempotency_keys_fingerprint_check check (char_length(fingerprint) <= 128),
  constraint idempotency_keys_answer_check check (char_length(answer) <= 1048576)
);
comment on table private.idempotency_keys is 'Requests that their callers may repeat; kept for a day.';
comment on column private.idempotency_keys.fingerprint is 'Hash of what was asked: a key is for one request.';
comment on column private.idempotency_keys.answer is 'The answer, encrypted by the service; null while the request is carried out.';
comment on column private.idempotency_keys.claimed_at is 'When the request was begun.';
alter table private.idempotency_keys enable row level security;
revoke all on table private.idempotency_keys from public, anon, authenticated, service_role;

create function private.claim_idempotency_key(wanted_key text, wanted_fingerprint text)
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
    -- Whoever began it a minute ago and has no answer is gone.
    where present.answer is null and present.claimed_at < clock_timestamp() - interval '1 minute';
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
comment on function private.claim_idempotency_key(text, text) is
  'Definer: callers reach their own keys in no other way. The state is claimed, running, answered or reused.';
revoke execute on function private.claim_idempotency_key(text, text) from public, anon, authenticated, service_role;
grant execute on function private.claim_idempotency_key(text, text) to authenticated;

create function private.settle_idempotency_key(settled_key text, given_answer text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if given_answer is null then
    delete from private.idempotency_keys
    where user_id = (select auth.uid()) and key = settled_key and answer is null;
  else
    update private.idempotency_keys set answer = given_answer
    where user_id = (select auth.uid()) and key = settled_key and answer is null;
  end if;
end;
$$;
comment on function private.settle_idempotency_key(text, text) is
  'Definer: callers reach their own keys in no other way. Keeps the answer, or without one forgets the key.';
revoke execute on function private.settle_idempotency_key(text, text) from public, anon, authenticated, service_role;
grant execute on function private.settle_idempotency_key(text, text) to authenticated;

create function public.claim_idempotency_key(request jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select private.claim_idempotency_key(request ->> 'key', request ->> 'fingerprint')
$$;
comment on function public.claim_idempotency_key(jsonb) is
  'Request {key, fingerprint}; answers {state, answer}: claimed (go on), running, answered, or reused for another request.';
revoke execute on function public.claim_idempotency_key(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.claim_idempotency_key(jsonb) to authenticated;

create function public.settle_idempotency_key(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.settle_idempotency_key(request ->> 'key', request ->> 'answer');
  return '{}';
end;
$$;
comment on function public.settle_idempotency_key(jsonb) is
  'Request {key, answer}; keeps the answer for whoever repeats the request, or without one forgets the key.';
revoke execute on function public.settle_idempotency_key(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.settle_idempotency_key(jsonb) to authenticated;
