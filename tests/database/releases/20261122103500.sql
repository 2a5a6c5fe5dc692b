-- Data of a database whose newest migration was 20261122103500, as its users left it.
insert into auth.users (id, email) values ('01000000-0000-4000-8000-000000000001', 'ada@example.org');

insert into public.organizations (id, name, slug)
values ('01000000-0000-4000-8000-000000000002', 'Corner Shop', 'corner-shop');
insert into public.organization_members (organization_id, user_id, role)
values ('01000000-0000-4000-8000-000000000002', '01000000-0000-4000-8000-000000000001', 'owner');
insert into public.projects (id, organization_id, name)
values ('01000000-0000-4000-8000-000000000003', '01000000-0000-4000-8000-000000000002', 'Shop API');
insert into public.environments (id, project_id, name, base_url)
values (
  '01000000-0000-4000-8000-000000000004', '01000000-0000-4000-8000-000000000003', 'staging', 'https://shop.example'
);
insert into public.environment_variables (environment_id, key, value)
values ('01000000-0000-4000-8000-000000000004', 'CURRENCY', 'EUR');
insert into public.test_suites (id, project_id, name)
values ('01000000-0000-4000-8000-000000000005', '01000000-0000-4000-8000-000000000003', 'Purchase');
insert into public.api_endpoints (id, project_id, name, path, method)
values (
  '01000000-0000-4000-8000-000000000006', '01000000-0000-4000-8000-000000000003', 'Sign in', '/login', 'POST'
);
insert into public.test_cases (id, suite_id, endpoint_id, key, name)
values
(
  '01000000-0000-4000-8000-000000000007', '01000000-0000-4000-8000-000000000005',
  '01000000-0000-4000-8000-000000000006', 'login', 'Login'
),
(
  '01000000-0000-4000-8000-000000000008', '01000000-0000-4000-8000-000000000005',
  '01000000-0000-4000-8000-000000000006', 'logout', 'Logout'
);
insert into public.test_dependencies (dependent_test_id, required_test_id, dependency_type)
values ('01000000-0000-4000-8000-000000000008', '01000000-0000-4000-8000-000000000007', 'token');
insert into public.test_request_configs (test_case_id, headers, body)
values ('01000000-0000-4000-8000-000000000007', '{"Accept": "application/json"}', '{"email": "ada@example.org"}');
insert into public.test_response_specs (test_case_id, expected_status_code)
values ('01000000-0000-4000-8000-000000000007', '200');

insert into public.test_runs (id, project_id, environment_id, status, planned_test_ids, completed_at)
values (
  '01000000-0000-4000-8000-000000000009', '01000000-0000-4000-8000-000000000003',
  '01000000-0000-4000-8000-000000000004', 'completed', '{01000000-0000-4000-8000-000000000007}', now()
);
insert into public.test_execution_context (organization_id, run_id, run_date, captured_data)
select run.organization_id, run.id, run.run_date, '{"login": {"id": 7}}' from public.test_runs as run;
insert into public.test_results (id, organization_id, run_id, run_date, test_case_id, status, duration_ms)
select
  '01000000-0000-4000-8000-00000000000a', run.organization_id, run.id, run.run_date,
  '01000000-0000-4000-8000-000000000007', 'passed', 12.5
from public.test_runs as run;
insert into public.test_result_details (result_id, run_date, organization_id, response_status, response_body)
select result.id, result.run_date, result.organization_id, 200, '{"token": "***"}' from public.test_results as result;
insert into public.assertion_results (
  result_id, run_date, position, organization_id, assertion_name, assertion_type, passed
)
select result.id, result.run_date, 1, result.organization_id, 'status is 200', 'status-code', true
from public.test_results as result;
insert into public.test_run_history (
  run_id, run_date, test_case_id, organization_id, environment_id, status, duration_ms
)
select run.id, run.run_date, result.test_case_id, run.organization_id, run.environment_id, 'passed', 12.5
from public.test_runs as run
inner join public.test_results as result on run.id = result.run_id;
