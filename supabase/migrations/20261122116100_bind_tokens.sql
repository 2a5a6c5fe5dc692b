-- What a token may not do: leave its project, or act as the person whose rights it has.
-- Risk: one more value is looked up once in every statement on these tables.
set lock_timeout = '5s';

-- People see what other policies let them see: for them each of these conditions is one InitPlan that yields null.
-- The form `nullif(<condition>, false) is not null` is for the planner: of all forms it alone is taken to be nearly
-- always true, as it is, so that plans stay what they were.

create policy projects_within_project_of_token on public.projects
  as restrictive for all to authenticated
  using (
    nullif(coalesce(id = (select private.my_token_project()), true), false) is not null
  );
comment on policy projects_within_project_of_token on public.projects is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_suites_within_project_of_token on public.test_suites
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy test_suites_within_project_of_token on public.test_suites is 'A token that is bound to a project sees and writes nothing of another one.';

create policy api_endpoints_within_project_of_token on public.api_endpoints
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy api_endpoints_within_project_of_token on public.api_endpoints is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_cases_within_project_of_token on public.test_cases
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy test_cases_within_project_of_token on public.test_cases is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_dependencies_within_project_of_token on public.test_dependencies
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy test_dependencies_within_project_of_token on public.test_dependencies is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_data_fixtures_within_project_of_token on public.test_data_fixtures
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy test_data_fixtures_within_project_of_token on public.test_data_fixtures is 'A token that is bound to a project sees and writes nothing of another one.';

create policy fixture_usage_within_project_of_token on public.fixture_usage
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy fixture_usage_within_project_of_token on public.fixture_usage is 'A token that is bound to a project sees and writes nothing of another one.';

create policy environments_within_project_of_token on public.environments
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy environments_within_project_of_token on public.environments is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_runs_within_project_of_token on public.test_runs
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy test_runs_within_project_of_token on public.test_runs is 'A token that is bound to a project sees and writes nothing of another one.';

create policy performance_metrics_within_project_of_token on public.performance_metrics
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy performance_metrics_within_project_of_token on public.performance_metrics is 'A token that is bound to a project sees and writes nothing of another one.';

create policy failure_analysis_within_project_of_token on public.failure_analysis
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy failure_analysis_within_project_of_token on public.failure_analysis is 'A token that is bound to a project sees and writes nothing of another one.';

create policy project_streams_within_project_of_token on public.project_streams
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy project_streams_within_project_of_token on public.project_streams is 'A token that is bound to a project sees and writes nothing of another one.';

create policy project_events_within_project_of_token on public.project_events
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy project_events_within_project_of_token on public.project_events is 'A token that is bound to a project sees and writes nothing of another one.';

create policy api_imports_within_project_of_token on public.api_imports
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy api_imports_within_project_of_token on public.api_imports is 'A token that is bound to a project sees and writes nothing of another one.';

create policy imported_cases_within_project_of_token on public.imported_cases
  as restrictive for all to authenticated
  using (
    nullif(coalesce(project_id = (select private.my_token_project()), true), false) is not null
  );
comment on policy imported_cases_within_project_of_token on public.imported_cases is 'A token that is bound to a project sees and writes nothing of another one.';

create function private.my_token_environments()
returns uuid[]
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  bound_project_id uuid := private.my_token_project();
begin
  if bound_project_id is null then
    return null;
  end if;
  return array(select environment.id from public.environments as environment where environment.project_id = bound_project_id);
end;
$$;
comment on function private.my_token_environments() is
  'Environments of the one project that the caller''s token reaches; null for whom no project binds. Definer as private.my_token_project.';
revoke execute on function private.my_token_environments() from public, anon, authenticated, service_role;
grant execute on function private.my_token_environments() to authenticated;

create policy environment_variables_within_project_of_token on public.environment_variables
  as restrictive for all to authenticated
  using (
    nullif(coalesce(environment_id = any ((select private.my_token_environments())::uuid[]), true), false) is not null
  );
comment on policy environment_variables_within_project_of_token on public.environment_variables is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_run_history_within_project_of_token on public.test_run_history
  as restrictive for all to authenticated
  using (
    nullif(coalesce(environment_id = any ((select private.my_token_environments())::uuid[]), true), false) is not null
  );
comment on policy test_run_history_within_project_of_token on public.test_run_history is 'A token that is bound to a project sees and writes nothing of another one.';

create function private.is_case_of_project(test_case_id uuid, project_id uuid)
returns boolean
language plpgsql
stable security definer cost 1
set search_path = ''
as $$
begin
  return exists (
    select from public.test_cases as found
    where found.id = is_case_of_project.test_case_id and found.project_id = is_case_of_project.project_id
  );
end;
$$;
comment on function private.is_case_of_project(uuid, uuid) is
  'Whether the project has this test case. Definer: policies ask it. Cheap for the planner, because for people it is never asked.';
revoke execute on function private.is_case_of_project(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.is_case_of_project(uuid, uuid) to authenticated;

create function private.is_run_of_project(run_id uuid, project_id uuid)
returns boolean
language plpgsql
stable security definer cost 1
set search_path = ''
as $$
begin
  return exists (
    select from public.test_runs as found
    where found.id = is_run_of_project.run_id and found.project_id = is_run_of_project.project_id
  );
end;
$$;
comment on function private.is_run_of_project(uuid, uuid) is
  'Whether the project has this run. Definer: policies ask it. Cheap for the planner, because for people it is never asked.';
revoke execute on function private.is_run_of_project(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.is_run_of_project(uuid, uuid) to authenticated;

create function private.is_result_of_project(result_id uuid, run_date date, project_id uuid)
returns boolean
language plpgsql
stable security definer cost 1
set search_path = ''
as $$
begin
  return exists (
    select from public.test_results as result
    inner join public.test_runs as run
      on run.organization_id = result.organization_id and run.id = result.run_id and run.run_date = result.run_date
    where result.id = is_result_of_project.result_id and result.run_date = is_result_of_project.run_date
      and run.project_id = is_result_of_project.project_id
  );
end;
$$;
comment on function private.is_result_of_project(uuid, date, uuid) is
  'Whether a run of the project has this result. Definer and cost as private.is_run_of_project.';
revoke execute on function private.is_result_of_project(uuid, date, uuid) from public, anon, authenticated, service_role;
grant execute on function private.is_result_of_project(uuid, date, uuid) to authenticated;

create policy test_request_configs_within_project_of_token on public.test_request_configs
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_case_of_project(test_case_id, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_request_configs_within_project_of_token on public.test_request_configs is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_response_specs_within_project_of_token on public.test_response_specs
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_case_of_project(test_case_id, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_response_specs_within_project_of_token on public.test_response_specs is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_execution_context_within_project_of_token on public.test_execution_context
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_run_of_project(run_id, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_execution_context_within_project_of_token on public.test_execution_context is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_results_within_project_of_token on public.test_results
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_run_of_project(run_id, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_results_within_project_of_token on public.test_results is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_run_events_within_project_of_token on public.test_run_events
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_run_of_project(run_id, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_run_events_within_project_of_token on public.test_run_events is 'A token that is bound to a project sees and writes nothing of another one.';

create policy test_result_details_within_project_of_token on public.test_result_details
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_result_of_project(result_id, run_date, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy test_result_details_within_project_of_token on public.test_result_details is 'A token that is bound to a project sees and writes nothing of another one.';

create policy assertion_results_within_project_of_token on public.assertion_results
  as restrictive for all to authenticated
  using (
    nullif(
case
      when (select private.my_token_project()) is null then true
      else (select private.is_result_of_project(result_id, run_date, (select private.my_token_project())))
    end, false) is not null
  );
comment on policy assertion_results_within_project_of_token on public.assertion_results is 'A token that is bound to a project sees and writes nothing of another one.';

create policy organizations_refuse_tokens_to_insert on public.organizations
  as restrictive for insert to authenticated
  with check ((select private.my_token_id()) is null);
comment on policy organizations_refuse_tokens_to_insert on public.organizations is 'Tokens found no organizations.';

create policy organization_members_refuse_tokens_to_delete on public.organization_members
  as restrictive for delete to authenticated
  using ((select private.my_token_id()) is null);
comment on policy organization_members_refuse_tokens_to_delete on public.organization_members is 'A token does not leave for its person.';

create policy users_refuse_tokens_to_update on public.users
  as restrictive for update to authenticated
  using ((select private.my_token_id()) is null);
comment on policy users_refuse_tokens_to_update on public.users is 'A token does not change its person.';

create policy api_credentials_refuse_tokens on public.api_credentials
  as restrictive for all to authenticated
  using ((select private.my_token_id()) is null);
comment on policy api_credentials_refuse_tokens on public.api_credentials is 'Credentials are personal.';

create policy user_preferences_refuse_tokens on public.user_preferences
  as restrictive for all to authenticated
  using ((select private.my_token_id()) is null);
comment on policy user_preferences_refuse_tokens on public.user_preferences is 'Preferences are personal.';

create policy saved_searches_refuse_tokens_to_insert on public.saved_searches
  as restrictive for insert to authenticated
  with check ((select private.my_token_id()) is null);
comment on policy saved_searches_refuse_tokens_to_insert on public.saved_searches is 'Tokens read the searches of their person and create none.';

create policy saved_searches_refuse_tokens_to_update on public.saved_searches
  as restrictive for update to authenticated
  using ((select private.my_token_id()) is null);
comment on policy saved_searches_refuse_tokens_to_update on public.saved_searches is 'Tokens read the searches of their person and change none.';

create policy saved_searches_refuse_tokens_to_delete on public.saved_searches
  as restrictive for delete to authenticated
  using ((select private.my_token_id()) is null);
comment on policy saved_searches_refuse_tokens_to_delete on public.saved_searches is 'Tokens read the searches of their person and delete none.';

create policy report_templates_refuse_bound_tokens_to_insert on public.report_templates
  as restrictive for insert to authenticated
  with check ((select private.my_token_project()) is null);
comment on policy report_templates_refuse_bound_tokens_to_insert on public.report_templates is 'A token that is bound to a project creates nothing of the whole organization.';

create policy report_templates_refuse_bound_tokens_to_update on public.report_templates
  as restrictive for update to authenticated
  using ((select private.my_token_project()) is null);
comment on policy report_templates_refuse_bound_tokens_to_update on public.report_templates is 'A token that is bound to a project changes nothing of the whole organization.';

create policy report_templates_refuse_bound_tokens_to_delete on public.report_templates
  as restrictive for delete to authenticated
  using ((select private.my_token_project()) is null);
comment on policy report_templates_refuse_bound_tokens_to_delete on public.report_templates is 'A token that is bound to a project deletes nothing of the whole organization.';
