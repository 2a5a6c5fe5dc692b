-- Retention, row by row: deletes exactly what is due, one bounded batch at a call.
-- Risk: a batch locks the rows that it deletes, none of which anybody writes any more.
set lock_timeout = '5s';

create function private.list_retention_limits()
returns table (
  organization_id uuid, passed_before date, failed_before date, history_before date, events_before date,
  metrics_before date
)
language sql
stable
set search_path = ''
as $$
  select
    policy.organization_id,
    least(today.today - policy.passed_result_days, archived.until),
    least(today.today - policy.failed_result_days, archived.until),
    least(today.today - policy.history_days, archived.until),
    today.today - policy.event_days,
    -- Metrics go by whole months.
    date_trunc('month', (today.today - policy.metric_days)::timestamp)::date
  from public.retention_policies as policy
  cross join (select (now() at time zone 'utc')::date as today) as today
  cross join lateral (
    -- Nothing archived yet: nothing may go. No archive wanted: null, which least() passes over.
    select case when policy.archive_required then coalesce(policy.archived_until, '-infinity') end as until
  ) as archived
$$;
comment on function private.list_retention_limits() is
  'For each organization the first day of every kind that stays.';
revoke execute on function private.list_retention_limits() from public, anon, authenticated, service_role;

create function private.retire_results(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with limits as materialized (
    select * from private.list_retention_limits()
  ),
  due as (
    select result.id, result.run_date
    from public.test_results as result
    inner join limits on limits.organization_id = result.organization_id
    where result.run_date < (select max(greatest(limits.passed_before, limits.failed_before)) from limits)
      and result.run_date < case
        when result.status in ('passed', 'skipped') then limits.passed_before else limits.failed_before
      end
    limit batch_size
  ),
  retired as (
    delete from public.test_results as result
    using due
    where result.id = due.id and result.run_date = due.run_date
    returning result.status
  )
  select jsonb_build_object(
    'passed_results', count(*) filter (where retired.status in ('passed', 'skipped')),
    'failed_results', count(*) filter (where retired.status in ('failed', 'error'))
  )
  from retired
$$;
comment on function private.retire_results(integer) is
  'Deletes results that are due; details and assertions go with them. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_results(integer) from public, anon, authenticated, service_role;

create function private.retire_history(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with limits as materialized (
    select * from private.list_retention_limits()
  ),
  due as (
    select history.run_id, history.test_case_id, history.iteration, history.run_date
    from public.test_run_history as history
    inner join limits on limits.organization_id = history.organization_id
    where history.run_date < (select max(limits.history_before) from limits)
      and history.run_date < limits.history_before
    limit batch_size
  ),
  retired as (
    delete from public.test_run_history as history
    using due
    where history.run_id = due.run_id and history.test_case_id = due.test_case_id
      and history.iteration = due.iteration and history.run_date = due.run_date
    returning history.run_id
  )
  select jsonb_build_object('history', count(*)) from retired
$$;
comment on function private.retire_history(integer) is
  'Deletes history that is due. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_history(integer) from public, anon, authenticated, service_role;

create function private.retire_events(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with limits as materialized (
    select * from private.list_retention_limits()
  ),
  due as (
    select message.run_id, message.last_seq
    from limits
    inner join public.test_run_events as message
      on message.organization_id = limits.organization_id and message.run_date < limits.events_before
    inner join public.test_runs as run on run.id = message.run_id
    where private.is_finished(run.status)
    -- From the beginning, so that what is left of a log has no hole.
    order by message.run_id, message.last_seq
    limit batch_size
  ),
  retired as (
    delete from public.test_run_events as message
    using due
    where message.run_id = due.run_id and message.last_seq = due.last_seq
    returning message.run_id
  )
  select jsonb_build_object('event_messages', count(*)) from retired
$$;
comment on function private.retire_events(integer) is
  'Deletes the event log of ended runs that is due. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_events(integer) from public, anon, authenticated, service_role;

create function private.retire_contexts(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  with retired as (
    delete from public.test_execution_context as context
    where context.id in (
      select due.id from public.test_execution_context as due
      where due.expires_at <= now()
      order by due.expires_at
      limit batch_size
    )
    returning context.id
  )
  select jsonb_build_object('contexts', count(*)) from retired
$$;
comment on function private.retire_contexts(integer) is
  'Deletes execution contexts that have expired. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_contexts(integer) from public, anon, authenticated, service_role;
