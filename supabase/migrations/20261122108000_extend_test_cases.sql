-- Test cases: phase, locks, retries, polling and iterations.
-- Risk: a short exclusive lock on test_cases, whose rows the checks read once.
set lock_timeout = '5s';

alter table public.test_cases
  add column phase text not null default 'test',
  add column locks text[] not null default '{}',
  add column retry jsonb,
  add column poll jsonb,
  add column iterate jsonb,
  add constraint test_cases_phase_check check (phase in ('setup', 'test', 'teardown')),
  add constraint test_cases_locks_check check (cardinality(locks) <= 20 and pg_column_size(locks) <= 8192),
  add constraint test_cases_retry_check check (jsonb_typeof(retry) = 'object' and pg_column_size(retry) <= 16384),
  add constraint test_cases_poll_check check (jsonb_typeof(poll) = 'object' and pg_column_size(poll) <= 262144),
  add constraint test_cases_iterate_check
    check (jsonb_typeof(iterate) = 'object' and pg_column_size(iterate) <= 1048576);
comment on column public.test_cases.phase is
  'Setup tests precede the tests of their suite; teardown tests follow them, whatever happened.';
comment on column public.test_cases.locks is 'Names; tests that share one never overlap in a run.';
comment on column public.test_cases.retry is
  'When and how often to try again: {transport, assertions}; null leaves it to retry_count.';
comment on column public.test_cases.poll is
  'Repeats the request until a condition holds: {until, interval_ms, multiplier, maximum_interval_ms, deadline_ms}.';
comment on column public.test_cases.iterate is
  'Runs the test for each value: exactly one of fixture, csv, items and matrix, and the name of an iteration.';

create index test_cases_phase_idx on public.test_cases (suite_id) where phase <> 'test';
comment on index public.test_cases_phase_idx is 'Serves the setup and teardown tests of the suites of a run.';
