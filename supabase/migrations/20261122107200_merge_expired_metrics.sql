-- Retention of metrics: the days of an old month become one row.
-- Risk: percentiles of a merged month are unknown until they come from mergeable sketches.
set lock_timeout = '5s';

create function private.list_months_to_merge(batch_size integer)
returns table (test_case_id uuid, environment_id uuid, month date)
language sql
stable
set search_path = ''
as $$
  select metric.test_case_id, metric.environment_id, date_trunc('month', metric.date::timestamp)::date
  from private.list_retention_limits() as limits
  inner join public.performance_metrics as metric
    on metric.organization_id = limits.organization_id and metric.date < limits.metrics_before
  where metric.period = 'day'
  group by 1, 2, 3
  limit batch_size
$$;
comment on function private.list_months_to_merge(integer) is
  'Months of which daily metrics are due.';
revoke execute on function private.list_months_to_merge(integer) from public, anon, authenticated, service_role;

create function private.sum_up_metrics(metrics public.performance_metrics[])
returns public.performance_metrics
language sql
stable
set search_path = ''
as $$
  select jsonb_populate_record((array_agg(metric))[1], jsonb_build_object(
    'id', gen_random_uuid(),
    'period', 'month',
    'date', date_trunc('month', min(metric.date)::timestamp)::date,
    'total_runs', sum(metric.total_runs),
    'successful_runs', sum(metric.successful_runs),
    'failed_runs', sum(metric.failed_runs),
    'average_response_time_ms',
    sum(metric.average_response_time_ms * metric.total_runs)
    / nullif(sum(metric.total_runs) filter (where metric.average_response_time_ms is not null), 0),
    'p95_response_time_ms', null,
    'p99_response_time_ms', null,
    'min_response_time_ms', min(metric.min_response_time_ms),
    'max_response_time_ms', max(metric.max_response_time_ms),
    'success_rate', round(100.0 * sum(metric.successful_runs) / nullif(sum(metric.total_runs), 0), 2),
    'latency_sketch', null
  ))
  from unnest(metrics) as metric
$$;
comment on function private.sum_up_metrics(public.performance_metrics[]) is
  'One row for the month of these days: sums, the weighted average, extremes; percentiles cannot be had from percentiles.';
revoke execute on function private.sum_up_metrics(public.performance_metrics[]) from public, anon, authenticated, service_role;

create function private.merge_metrics(batch_size integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  month record;
  days public.performance_metrics[];
  merged integer := 0;
begin
  for month in select * from private.list_months_to_merge(greatest(batch_size / 31, 1)) loop
    with removed as (
      delete from public.performance_metrics as metric
      where metric.test_case_id = month.test_case_id and metric.environment_id = month.environment_id
        and metric.date >= month.month and metric.date < month.month + interval '1 month'
      returning metric.*
    )
    select array_agg(removed::public.performance_metrics) into days from removed;
    insert into public.performance_metrics
    select (private.sum_up_metrics(days)).*;
    merged := merged + cardinality(days);
  end loop;
  return jsonb_build_object('daily_metrics', merged);
end;
$$;
comment on function private.merge_metrics(integer) is
  'Puts one row in place of the daily metrics of each month that is due. Definer: maintenance acts on every tenant.';
revoke execute on function private.merge_metrics(integer) from public, anon, authenticated, service_role;
