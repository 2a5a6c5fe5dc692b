-- Results: the name of the iteration and what the test waited for; assertions: operator, place, difference, severity.
-- Risk: a short exclusive lock on results and evidence, nothing is read or rewritten. Pair: validate_result_checks.
set lock_timeout = '5s';

alter table public.test_results
  add column iteration_name text,
  add column timeline jsonb,
  add constraint test_results_iteration_name_check check (char_length(iteration_name) <= 500) not valid,
  add constraint test_results_timeline_check
    check (jsonb_typeof(timeline) = 'object' and pg_column_size(timeline) <= 65536) not valid;
comment on column public.test_results.iteration_name is 'Name of the iteration; null without iterations.';
comment on column public.test_results.timeline is
  'Of a final result: {queued_at, ready_at, started_at, ended_at, held_by}, where held_by lists what it waited for.';

alter table public.assertion_results
  add column operator text,
  add column path text,
  add column diff text,
  add column severity text not null default 'error',
  add constraint assertion_results_operator_check check (char_length(operator) <= 50) not valid,
  add constraint assertion_results_path_check check (char_length(path) <= 2000) not valid,
  add constraint assertion_results_diff_check check (char_length(diff) <= 65536) not valid,
  add constraint assertion_results_severity_check check (severity in ('error', 'warning')) not valid,
  drop constraint assertion_results_assertion_type_check,
  add constraint assertion_results_assertion_type_check check (
    assertion_type in (
      'status-code', 'header', 'cookie', 'body', 'schema', 'jsonpath', 'custom', 'xpath', 'response-time', 'size',
      'certificate', 'snapshot', 'openapi'
    )
  ) not valid;
comment on column public.assertion_results.path is 'Where the assertion looked: a JSONPath, an XPath or a name.';
comment on column public.assertion_results.diff is 'What differs, by place; redacted and cut to size.';
comment on column public.assertion_results.severity is 'A failed warning does not fail the test.';
