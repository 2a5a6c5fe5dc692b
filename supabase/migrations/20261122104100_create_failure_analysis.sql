-- Failure analysis: failures of a test that share a cause.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.failure_analysis (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  test_case_id uuid not null,
  result_id uuid,
  result_run_date date,
  failure_category text not null default 'other',
  fingerprint text not null,
  root_cause_analysis text,
  suggested_fix text,
  is_flaky boolean not null default false,
  flakiness_score double precision,
  first_failure_at timestamptz not null default now(),
  last_failure_at timestamptz not null default now(),
  failure_count integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint failure_analysis_pkey primary key (id),
  constraint failure_analysis_test_case_id_fingerprint_key unique (test_case_id, fingerprint),
  constraint failure_analysis_test_case_id_fkey foreign key (organization_id, project_id, test_case_id)
    references public.test_cases (organization_id, project_id, id) on delete cascade,
  constraint failure_analysis_failure_category_check check (
    failure_category in (
      'assertion', 'timeout', 'connection', 'authentication', 'data-validation', 'environment', 'other'
    )
  ),
  constraint failure_analysis_fingerprint_check check (char_length(fingerprint) between 1 and 200),
  constraint failure_analysis_text_check
    check (char_length(root_cause_analysis) <= 10000 and char_length(suggested_fix) <= 10000),
  constraint failure_analysis_flakiness_score_check check (flakiness_score between 0 and 1),
  constraint failure_analysis_failure_count_check check (failure_count > 0)
);
comment on table public.failure_analysis is 'Failures of a test that share a fingerprint, and what they mean.';
comment on column public.failure_analysis.result_run_date is 'Partition key of that result.';
comment on column public.failure_analysis.flakiness_score is 'From 0 (steady) to 1.';
comment on column public.failure_analysis.result_id is 'The latest such result; it may have been retired already.';
create index failure_analysis_test_case_id_idx
  on public.failure_analysis (organization_id, project_id, test_case_id);
create index failure_analysis_last_failure_at_idx
  on public.failure_analysis (organization_id, last_failure_at desc);

alter table public.failure_analysis enable row level security;
revoke all on table public.failure_analysis from public, anon, authenticated, service_role;
grant select on table public.failure_analysis to authenticated;
grant select, insert, update, delete on table public.failure_analysis to service_role;

create policy failure_analysis_select_member on public.failure_analysis
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy failure_analysis_select_member on public.failure_analysis is 'Members read the failure analyses of their organizations.';

create trigger failure_analysis_set_updated_at
  before update on public.failure_analysis
  for each row execute function private.set_updated_at();
comment on trigger failure_analysis_set_updated_at on public.failure_analysis is 'Keeps updated_at current.';
