-- Test results: one row per attempt, partitioned by the date of the run.
-- Risk: none, new table only. Pair: create_partitions.
set lock_timeout = '5s';

create table public.test_results (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  run_id uuid not null,
  run_date date not null,
  test_case_id uuid not null,
  iteration integer not null default 0,
  attempt_number integer not null default 1,
  is_final boolean not null default true,
  status text not null,
  category text,
  reason text,
  error_message text,
  started_at timestamptz,
  completed_at timestamptz not null default now(),
  duration_ms double precision,
  test_revision integer,
  captured_names text[] not null default '{}',
  created_at timestamptz not null default now(),
  constraint test_results_pkey primary key (id, run_date),
  constraint test_results_run_id_fkey foreign key (organization_id, run_id, run_date)
    references public.test_runs (organization_id, id, run_date) on delete cascade,
  constraint test_results_test_case_id_fkey foreign key (organization_id, test_case_id)
    references public.test_cases (organization_id, id) on delete cascade,
  constraint test_results_status_check check (status in ('passed', 'failed', 'skipped', 'error')),
  constraint test_results_category_check check (
    category in ('assertion', 'timeout', 'connection', 'authentication', 'data-validation', 'environment', 'other')
  ),
  constraint test_results_reason_check check (char_length(reason) <= 2000),
  constraint test_results_error_message_check check (char_length(error_message) <= 10000),
  constraint test_results_captured_names_check check (pg_column_size(captured_names) <= 1048576),
  constraint test_results_iteration_check check (iteration >= 0),
  constraint test_results_attempt_number_check check (attempt_number >= 0),
  constraint test_results_duration_ms_check check (duration_ms >= 0)
)
partition by range (run_date);
comment on table public.test_results is 'Outcome of one attempt of a test in a run.';
comment on column public.test_results.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.test_results.iteration is 'Which item of the fixture, from 0; 0 without one.';
comment on column public.test_results.attempt_number is 'From 1.';
comment on column public.test_results.is_final is 'The attempt that decided; exactly one per run, test and iteration.';
comment on column public.test_results.reason is 'Why the test was skipped or could not be carried out.';
comment on column public.test_results.test_revision is 'Revision of the test case that ran.';
comment on column public.test_results.captured_names is 'Names of the values captured; the values live in the context.';

create unique index test_results_final_key
  on public.test_results (run_id, test_case_id, iteration, run_date) where is_final;
comment on index public.test_results_final_key is 'A test of a run ends once, whoever records it.';
create index idx_test_results_run_id on public.test_results (organization_id, run_id, run_date);
create index test_results_test_case_id_idx on public.test_results (organization_id, test_case_id, run_date desc);
comment on index public.test_results_test_case_id_idx is 'Serves the latest status of a test.';
create index idx_test_results_created_at on public.test_results (organization_id, created_at desc);

alter table public.test_results enable row level security;
revoke all on table public.test_results from public, anon, authenticated, service_role;
grant select on table public.test_results to authenticated;
grant select, insert, update, delete on table public.test_results to service_role;

create policy test_results_select_member on public.test_results
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_results_select_member on public.test_results is 'Members read the results of their organizations.';
