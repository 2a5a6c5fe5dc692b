-- Checks the rows that were there before extend_results, while others read and write.
-- Risk: reads all results and assertions once.
set lock_timeout = '5s';

alter table public.test_results validate constraint test_results_iteration_name_check;
alter table public.test_results validate constraint test_results_timeline_check;
alter table public.assertion_results validate constraint assertion_results_operator_check;
alter table public.assertion_results validate constraint assertion_results_path_check;
alter table public.assertion_results validate constraint assertion_results_diff_check;
alter table public.assertion_results validate constraint assertion_results_severity_check;
alter table public.assertion_results validate constraint assertion_results_assertion_type_check;
