-- Monthly partitions of results and history, made ahead of need in a schema that nobody may use.
-- Risk: a new month takes a short exclusive lock on the partitioned tables; it is made a week early.
set lock_timeout = '5s';

create function private.create_month_partition(parent text, first_day date)
returns void
language plpgsql
set search_path = ''
as $$
declare
  leaf text := format('%s_%s', parent, to_char(first_day, 'YYYY_MM'));
begin
  if to_regclass(format('partitions.%I', leaf)) is not null then
    return;
  end if;
  execute format(
    'create table partitions.%I partition of public.%I for values from (%L) to (%L)',
    leaf, parent, first_day, (first_day + interval '1 month')::date
  );
  execute format('alter table partitions.%I enable row level security', leaf);
  execute format('revoke all on table partitions.%I from public, anon, authenticated, service_role', leaf);
  execute format('comment on table partitions.%I is %L', leaf, format('One month of public.%s.', parent));
end;
$$;
comment on function private.create_month_partition(text, date) is
  'Makes the leaf of one table and month unless it exists.';
revoke execute on function private.create_month_partition(text, date) from public, anon, authenticated, service_role;

create function private.ensure_partitions(from_date date, to_date date)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  parents constant text[] := array['test_results', 'test_result_details', 'assertion_results', 'test_run_history'];
  first_day date;
  parent text;
  made integer := 0;
begin
  for first_day in
    select generate_series(date_trunc('month', from_date::timestamp), to_date::timestamp, interval '1 month')::date
  loop
    foreach parent in array parents loop
      if to_regclass(format('partitions.%I', format('%s_%s', parent, to_char(first_day, 'YYYY_MM')))) is null then
        perform pg_advisory_xact_lock(hashtextextended('ensure_partitions', 0));
        perform private.create_month_partition(parent, first_day);
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end;
$$;
comment on function private.ensure_partitions(date, date) is
  'Makes the partitions that these dates need and returns how many were missing. Definer: owns the leaves. Safe to repeat.';
revoke execute on function private.ensure_partitions(date, date) from public, anon, authenticated, service_role;
grant execute on function private.ensure_partitions(date, date) to service_role;

create function private.ensure_current_partitions()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.ensure_partitions((now() at time zone 'utc')::date, (now() at time zone 'utc')::date + 7);
end;
$$;
comment on function private.ensure_current_partitions() is
  'Partitions of today and the coming week. Definer: takes no dates, so that users may call it.';
revoke execute on function private.ensure_current_partitions() from public, anon, authenticated, service_role;
grant execute on function private.ensure_current_partitions() to authenticated, service_role;


select private.ensure_partitions((now() at time zone 'utc')::date, (now() at time zone 'utc')::date + 31);
