-- Looks at the runs that were there before their new checks.
-- Risk: reads all runs once, without keeping anybody from them.
set lock_timeout = '5s';

alter table public.test_runs
  validate constraint test_runs_selection_check,
  validate constraint test_runs_variables_check,
  validate constraint test_runs_rerun_of_fkey;
