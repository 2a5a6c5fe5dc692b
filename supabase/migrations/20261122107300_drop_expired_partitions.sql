-- Retention, month by month: a leaf in which everything is due for everybody is dropped as a whole.
-- Risk: a short exclusive lock on the partitioned tables; given up after two seconds and tried again the next day.
set lock_timeout = '5s';

create function private.is_empty_leaf(leaf text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  has_rows boolean;
begin
  execute format('select exists (select from partitions.%I)', leaf) into has_rows;
  return not has_rows;
end;
$$;
comment on function private.is_empty_leaf(text) is
  'Whether nothing is left in a leaf.';
revoke execute on function private.is_empty_leaf(text) from public, anon, authenticated, service_role;

create function private.list_expired_leaves()
returns table (parent text, leaf text, month date)
language sql
stable
set search_path = ''
as $$
  with limits as (
    select
      min(least(one.passed_before, one.failed_before)) as results_before, min(one.history_before) as history_before
    from private.list_retention_limits() as one
  )
  select parent.relname, leaf.relname, named.month
  from pg_catalog.pg_inherits as inheritance
  inner join pg_catalog.pg_class as leaf on leaf.oid = inheritance.inhrelid
  inner join pg_catalog.pg_class as parent on parent.oid = inheritance.inhparent
  cross join lateral (select to_date(right(leaf.relname, 7), 'YYYY_MM') as month) as named
  cross join limits
  where leaf.relnamespace = 'partitions'::regnamespace and leaf.relkind = 'r'
    and parent.relnamespace = 'public'::regnamespace
    and (
      named.month + interval '1 month' <= case parent.relname
        when 'test_run_history' then limits.history_before else limits.results_before
      end
      -- Emptied row by row, while some organization keeps everything or archives late. No run lasts half a year.
      or (named.month + interval '7 months' < now() and private.is_empty_leaf(leaf.relname))
    )
  -- Evidence before the results that it belongs to.
  order by named.month, case parent.relname when 'test_results' then 1 else 0 end, parent.relname
$$;
comment on function private.list_expired_leaves() is
  'Leaves that hold nothing but what is due in every organization, or nothing at all.';
revoke execute on function private.list_expired_leaves() from public, anon, authenticated, service_role;

create function private.drop_expired_partitions()
returns jsonb
language plpgsql
security definer
set lock_timeout = '2s'
set search_path = ''
as $$
declare
  expired record;
  dropped text[] := '{}';
begin
  for expired in select * from private.list_expired_leaves() loop
    execute format('alter table public.%I detach partition partitions.%I', expired.parent, expired.leaf);
    execute format('drop table partitions.%I', expired.leaf);
    dropped := dropped || expired.leaf;
  end loop;
  return jsonb_build_object('partitions_dropped', to_jsonb(dropped), 'partitions_postponed', '[]'::jsonb);
exception when lock_not_available or deadlock_detected then
  return jsonb_build_object(
    'partitions_dropped', '[]'::jsonb,
    'partitions_postponed', (select jsonb_agg(expired_leaf.leaf) from private.list_expired_leaves() as expired_leaf)
  );
end;
$$;
comment on function private.drop_expired_partitions() is
  'Drops the leaves that are due, or none of them while the tables are in use. Definer: owns the leaves.';
revoke execute on function private.drop_expired_partitions() from public, anon, authenticated, service_role;
