-- Retention of deliveries: 30 days; and secrets of hooks that are no longer accepted.
-- Risk: functions are replaced; a batch locks rows that nobody writes any more.
set lock_timeout = '5s';

create function private.retire_hook_deliveries(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with retired as (
    delete from public.hook_deliveries as delivery
    where delivery.id in (
      select due.id from public.hook_deliveries as due
      -- Hours and not days, whose length would depend on the time zone of the session.
      where due.received_at < now() - interval '720 hours'
      order by due.received_at
      limit batch_size
    )
    returning delivery.id
  )
  select jsonb_build_object('hook_deliveries', count(*)) from retired
$$;
comment on function private.retire_hook_deliveries(integer) is
  'Deletes deliveries that are due. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_hook_deliveries(integer) from public, anon, authenticated, service_role;

create function private.retire_hook_secrets(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with retired as (
    update public.hooks as hook
    set previous_secret_value_id = null, previous_secret_expires_at = null
    where hook.id in (
      select due.id from public.hooks as due where due.previous_secret_expires_at < now() limit batch_size
    )
    returning hook.id
  )
  select jsonb_build_object('hook_secrets', count(*)) from retired
$$;
comment on function private.retire_hook_secrets(integer) is
  'Forgets secrets whose overlap is over. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_hook_secrets(integer) from public, anon, authenticated, service_role;

create or replace function private.retire_batch(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  select private.retire_contexts(batch_size) || private.retire_results(batch_size)
    || private.retire_history(batch_size) || private.retire_events(batch_size)
    || private.retire_project_events(batch_size) || private.retire_hook_deliveries(batch_size)
    || private.retire_hook_secrets(batch_size) || private.merge_metrics(batch_size)
$$;
