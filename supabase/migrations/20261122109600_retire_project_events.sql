-- Retention of the events of projects: as long as the events of runs.
-- Risk: functions are replaced; a batch locks rows that nobody writes any more.
set lock_timeout = '5s';

create function private.retire_project_events(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with limits as materialized (
    select * from private.list_retention_limits()
  ),
  due as (
    select message.project_id, message.last_seq
    from limits
    inner join public.project_events as message
      on message.organization_id = limits.organization_id and message.created_at < limits.events_before
    -- From the beginning, so that what is left of a log has no hole.
    order by message.project_id, message.last_seq
    limit batch_size
  ),
  retired as (
    delete from public.project_events as message
    using due
    where message.project_id = due.project_id and message.last_seq = due.last_seq
    returning message.project_id
  )
  select jsonb_build_object('project_event_messages', count(*)) from retired
$$;
comment on function private.retire_project_events(integer) is
  'Deletes the events of projects that are due. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_project_events(integer) from public, anon, authenticated, service_role;

create or replace function private.retire_batch(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  select private.retire_contexts(batch_size) || private.retire_results(batch_size)
    || private.retire_history(batch_size) || private.retire_events(batch_size)
    || private.retire_project_events(batch_size) || private.merge_metrics(batch_size)
$$;
comment on function private.retire_batch(integer) is
  'One batch of every kind, and how many rows of each were due. Definer: maintenance acts on every tenant.';
