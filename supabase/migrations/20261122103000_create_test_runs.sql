-- Test runs: one execution of a selection of tests in one environment.
-- Risk: none, new table only. Pair: prepare_test_runs.
set lock_timeout = '5s';

create table public.test_runs (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  suite_id uuid,
  environment_id uuid not null,
  started_by uuid,
  trigger text not null default 'manual',
  status text not null default 'pending',
  run_date date not null default (now() at time zone 'utc')::date,
  planned_test_ids uuid[] not null,
  running_tests jsonb not null default '[]',
  total_count integer not null default 0,
  passed_count integer not null default 0,
  failed_count integer not null default 0,
  skipped_count integer not null default 0,
  error_count integer not null default 0,
  total_duration_ms double precision,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  heartbeat_at timestamptz,
  worker_id text,
  cancel_requested_at timestamptz,
  event_seq bigint not null default 0,
  target_version text,
  options jsonb not null default '{}',
  metadata jsonb not null default '{}',
  constraint test_runs_pkey primary key (id),
  constraint test_runs_organization_id_id_run_date_key unique (organization_id, id, run_date),
  constraint test_runs_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint test_runs_suite_id_fkey foreign key (organization_id, project_id, suite_id)
    references public.test_suites (organization_id, project_id, id) on delete set null (suite_id),
  constraint test_runs_environment_id_fkey foreign key (organization_id, project_id, environment_id)
    references public.environments (organization_id, project_id, id) deferrable initially deferred,
  constraint test_runs_started_by_fkey foreign key (started_by)
    references public.users (id) on delete set null,
  constraint test_runs_trigger_check check (trigger in ('manual', 'api', 'webhook', 'schedule', 'ci')),
  constraint test_runs_status_check
    check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  constraint test_runs_counts_check check (
    total_count >= 0 and passed_count >= 0 and failed_count >= 0 and skipped_count >= 0 and error_count >= 0
  ),
  constraint test_runs_planned_test_ids_check check (cardinality(planned_test_ids) <= 20000),
  constraint test_runs_running_tests_check
    check (jsonb_typeof(running_tests) = 'array' and pg_column_size(running_tests) <= 16777216),
  constraint test_runs_completed_at_check
    check ((completed_at is null) = (status in ('pending', 'running'))),
  constraint test_runs_worker_id_check check (char_length(worker_id) <= 200),
  constraint test_runs_target_version_check check (char_length(target_version) <= 200),
  constraint test_runs_options_check
    check (jsonb_typeof(options) = 'object' and pg_column_size(options) <= 1048576),
  constraint test_runs_metadata_check
    check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 65536)
)
with (fillfactor = 80);
comment on table public.test_runs is 'One execution of a selection of tests in one environment.';
comment on column public.test_runs.options is 'How to run, and the selection that was asked for.';
comment on column public.test_runs.metadata is 'Whatever the caller wants to find again, such as a commit.';
comment on column public.test_runs.heartbeat_at is 'When the worker last said that it is at work.';
comment on column public.test_runs.worker_id is 'The worker that claimed the run.';
comment on constraint test_runs_environment_id_fkey on public.test_runs is
  'Deferred: a project takes its environments and runs along in any order.';
comment on column public.test_runs.run_date is 'Partition key of everything the run leaves behind; never changes.';
comment on column public.test_runs.planned_test_ids is 'Tests of the run, required ones included, fixed when it was created.';
comment on column public.test_runs.running_tests is 'Tests whose start was announced and whose end was not.';
comment on column public.test_runs.started_by is 'Null when something other than a person started the run.';
comment on column public.test_runs.event_seq is 'Number of the last event; grows without gaps in the order of commits.';
comment on column public.test_runs.target_version is 'Which version of the API under test was deployed.';

create index idx_test_runs_lookup on public.test_runs (project_id, status, created_at desc);
create index test_runs_project_id_created_at_idx on public.test_runs (project_id, created_at desc, id desc);
comment on index public.test_runs_project_id_created_at_idx is
  'Serves the list of runs of a project, page by page, and its dashboards. The project first: rows come in order.';
create index test_runs_suite_id_idx on public.test_runs (organization_id, project_id, suite_id);
create index test_runs_environment_id_idx on public.test_runs (organization_id, project_id, environment_id);
create index test_runs_started_by_idx on public.test_runs (started_by);
create index test_runs_unfinished_idx on public.test_runs (created_at) where status in ('pending', 'running');
comment on index public.test_runs_unfinished_idx is 'Serves find_runs_to_resume.';
