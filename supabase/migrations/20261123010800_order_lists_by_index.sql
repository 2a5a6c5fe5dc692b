-- Indexes for the orders in which the API lists: of what is many, no list sorts all to show a part.
-- Risk: three indexes are built while writers wait; two more are kept for each case and one for each entry of the audit log.
set lock_timeout = '5s';

create index audit_log_organization_id_id_idx on public.audit_log (organization_id, id desc);
comment on index public.audit_log_organization_id_id_idx is 'Serves the list of the audit log, newest first.';

create index test_cases_project_id_order_index_idx on public.test_cases (project_id, order_index, created_at, id);
comment on index public.test_cases_project_id_order_index_idx is 'Serves the list of the test cases of a project.';

create index test_cases_suite_id_order_index_idx on public.test_cases (suite_id, order_index, created_at, id);
comment on index public.test_cases_suite_id_order_index_idx is 'Serves the list of the test cases of a suite.';
