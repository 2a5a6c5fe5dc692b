-- Dependencies: one of type order may run whatever became of the test that it requires.
-- Risk: a short exclusive lock on test_dependencies, whose rows the checks read once.
set lock_timeout = '5s';

alter table public.test_dependencies
  add column condition text not null default 'passed',
  add constraint test_dependencies_condition_check check (condition in ('passed', 'completed')),
  add constraint test_dependencies_completed_check check (condition = 'passed' or dependency_type = 'order');
comment on table public.test_dependencies is
  'A test that needs another one to have passed, or to have ended; never a cycle, never across projects.';
comment on column public.test_dependencies.condition is
  'What the required test must have done: passed, or completed whatever the outcome.';
