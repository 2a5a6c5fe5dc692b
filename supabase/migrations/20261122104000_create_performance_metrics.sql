-- Performance metrics: one row per test, environment and day.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.performance_metrics (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  test_case_id uuid not null,
  environment_id uuid not null,
  date date not null,
  period text not null default 'day',
  total_runs integer not null default 0,
  successful_runs integer not null default 0,
  failed_runs integer not null default 0,
  average_response_time_ms double precision,
  p95_response_time_ms double precision,
  p99_response_time_ms double precision,
  min_response_time_ms double precision,
  max_response_time_ms double precision,
  success_rate numeric(5, 2),
  latency_sketch jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint performance_metrics_pkey primary key (id),
  constraint performance_metrics_test_case_id_fkey foreign key (organization_id, project_id, test_case_id)
    references public.test_cases (organization_id, project_id, id) on delete cascade,
  constraint performance_metrics_environment_id_fkey
    foreign key (organization_id, project_id, environment_id)
    references public.environments (organization_id, project_id, id) on delete cascade,
  constraint performance_metrics_runs_check
    check (total_runs >= 0 and successful_runs >= 0 and failed_runs >= 0),
  constraint performance_metrics_period_check
    check (period = 'day' or (period = 'month' and extract(day from date) = 1)),
  constraint performance_metrics_latency_sketch_check check (pg_column_size(latency_sketch) <= 65536),
  constraint performance_metrics_success_rate_check check (success_rate between 0 and 100)
);
comment on table public.performance_metrics is 'Speed and success of a test in an environment on one day; on one month once retention merged the days.';
comment on column public.performance_metrics.date is 'Day of the runs (UTC).';
comment on column public.performance_metrics.total_runs is 'How many final results of that day, skipped ones left out.';
comment on column public.performance_metrics.successful_runs is 'How many of them passed.';
comment on column public.performance_metrics.failed_runs is 'How many of them failed or ended in an error.';
comment on column public.performance_metrics.period is 'What the row sums up from its date on: a day or a month.';
comment on column public.performance_metrics.success_rate is 'Percent.';
comment on column public.performance_metrics.latency_sketch is 'Mergeable summary of response times, from which percentiles come.';
create unique index idx_performance_metrics_lookup
  on public.performance_metrics (test_case_id, environment_id, date desc);
create index idx_performance_metrics_test_case_id
  on public.performance_metrics (organization_id, project_id, test_case_id);
create index performance_metrics_environment_id_idx
  on public.performance_metrics (organization_id, project_id, environment_id);
create index idx_performance_metrics_date on public.performance_metrics (organization_id, date desc);

alter table public.performance_metrics enable row level security;
revoke all on table public.performance_metrics from public, anon, authenticated, service_role;
grant select on table public.performance_metrics to authenticated;
grant select, insert, update, delete on table public.performance_metrics to service_role;

create policy performance_metrics_select_member on public.performance_metrics
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy performance_metrics_select_member on public.performance_metrics is 'Members read the metrics of their organizations.';

create trigger performance_metrics_set_updated_at
  before update on public.performance_metrics
  for each row execute function private.set_updated_at();
comment on trigger performance_metrics_set_updated_at on public.performance_metrics is 'Keeps updated_at current.';
