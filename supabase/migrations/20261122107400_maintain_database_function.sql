-- maintain_database: what has to happen daily, for a worker or a cron job to call until nothing is left to do.
-- Risk: none, new function only.
--
-- Archiving: results and history of an organization with archive_required go only up to archived_until. Whoever
-- archives copies the days before that, verifies the copy, sets archived_until, and leaves the deleting to this.
set lock_timeout = '5s';

create function private.make_partitions_ahead()
returns jsonb
language plpgsql
security definer
set lock_timeout = '2s'
set search_path = ''
as $$
declare
  today date := (now() at time zone 'utc')::date;
begin
  return jsonb_build_object('partitions_created', private.ensure_partitions(today, today + 62));
exception when lock_not_available or deadlock_detected then
  -- Two months ahead there are many more nights.
  return jsonb_build_object('partitions_created', 0);
end;
$$;
comment on function private.make_partitions_ahead() is
  'Makes the partitions of the next two months, or none while the tables are in use. Definer: owns the leaves.';
revoke execute on function private.make_partitions_ahead() from public, anon, authenticated, service_role;
grant execute on function private.make_partitions_ahead() to service_role;

create function private.retire_batch(batch_size integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
  select private.retire_contexts(batch_size) || private.retire_results(batch_size)
    || private.retire_history(batch_size) || private.retire_events(batch_size) || private.merge_metrics(batch_size)
$$;
comment on function private.retire_batch(integer) is
  'One batch of every kind, and how many rows of each were due. Definer: maintenance acts on every tenant.';
revoke execute on function private.retire_batch(integer) from public, anon, authenticated, service_role;
grant execute on function private.retire_batch(integer) to service_role;
grant execute on function private.drop_expired_partitions() to service_role;

create function public.maintain_database(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set search_path = ''
as $$
declare
  batch_size integer := least(greatest(coalesce((request ->> 'batch_size')::integer, 1000), 1), 10000);
  partitions jsonb;
  retired jsonb := '{}';
begin
  -- One at a time: a second worker has nothing to add.
  if not pg_try_advisory_xact_lock(hashtextextended('maintain_database', 0)) then
    return jsonb_build_object('is_done', true, 'is_busy', true);
  end if;
  partitions := private.make_partitions_ahead() || private.drop_expired_partitions();
  -- Locks on the tables as a whole end with this transaction, so nothing slow follows them.
  if partitions ->> 'partitions_created' <> '0' or partitions -> 'partitions_dropped' <> '[]' then
    return partitions || jsonb_build_object('is_done', false, 'is_busy', false);
  end if;
  retired := private.retire_batch(batch_size);
  return partitions || retired || jsonb_build_object(
    'is_done', not exists (select from jsonb_each_text(retired) as kind where kind.value <> '0'), 'is_busy', false
  );
end;
$$;
comment on function public.maintain_database(jsonb) is
  'Request {batch_size}; makes partitions ahead, drops expired ones, deletes one batch of what is due; answers what it did and is_done.';
revoke execute on function public.maintain_database(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.maintain_database(jsonb) to service_role;
