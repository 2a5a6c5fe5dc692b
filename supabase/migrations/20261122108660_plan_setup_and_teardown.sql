-- A run takes along what its tests require, and the setup and teardown tests of the suites that it touches.
-- Risk: none, a function is replaced.
set lock_timeout = '5s';

create or replace function private.select_planned_tests(in_project_id uuid, in_suite_id uuid, selected_ids uuid[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  with recursive planned as (
    select test_case.id, test_case.suite_id
    from public.test_cases as test_case
    inner join public.test_suites as suite on suite.id = test_case.suite_id
    where test_case.project_id = in_project_id
      and case
        when selected_ids is not null then test_case.id = any (selected_ids)
        else test_case.enabled and suite.enabled and (in_suite_id is null or test_case.suite_id = in_suite_id)
      end
    union
    select linked.id, linked.suite_id
    from planned
    cross join lateral (
      select required.id, required.suite_id
      from public.test_dependencies as dependency
      inner join public.test_cases as required on required.id = dependency.required_test_id
      where dependency.dependent_test_id = planned.id
      union all
      select framing.id, framing.suite_id
      from public.test_cases as framing
      where framing.suite_id = planned.suite_id and framing.phase <> 'test' and framing.enabled
    ) as linked
  )
  select coalesce(array_agg(planned.id), '{}') from planned
$$;
comment on function private.select_planned_tests(uuid, uuid, uuid[]) is
  'The tests named, or else the enabled ones of the suite or project; what these require; setup and teardown of their suites.';
