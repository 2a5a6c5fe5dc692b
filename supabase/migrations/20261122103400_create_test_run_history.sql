-- Run history: one narrow row per test and run, kept longer than the result.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.test_run_history (
  run_id uuid not null,
  run_date date not null,
  test_case_id uuid not null,
  iteration integer not null default 0,
  organization_id uuid not null,
  environment_id uuid not null,
  status text not null,
  duration_ms double precision,
  recorded_at timestamptz not null default now(),
  constraint test_run_history_pkey primary key (run_id, test_case_id, iteration, run_date),
  constraint test_run_history_test_case_id_fkey foreign key (organization_id, test_case_id)
    references public.test_cases (organization_id, id) on delete cascade,
  constraint test_run_history_status_check check (status in ('passed', 'failed', 'skipped', 'error'))
)
partition by range (run_date);
comment on table public.test_run_history is 'Final status and duration of a test in a run; outlives the result and the run.';
comment on column public.test_run_history.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.test_run_history.iteration is 'Which item of the fixture, from 0; 0 without one.';
create index test_run_history_test_case_id_idx
  on public.test_run_history (organization_id, test_case_id, run_date desc, recorded_at desc);
comment on index public.test_run_history_test_case_id_idx is
  'Serves the history of one test and, from the newest partition on, its latest status.';

alter table public.test_run_history enable row level security;
revoke all on table public.test_run_history from public, anon, authenticated, service_role;
grant select on table public.test_run_history to authenticated;
grant select, insert, update, delete on table public.test_run_history to service_role;

create policy test_run_history_select_member on public.test_run_history
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_run_history_select_member on public.test_run_history is 'Members read the history of their organizations.';
