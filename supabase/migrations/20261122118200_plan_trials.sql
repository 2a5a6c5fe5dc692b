-- Trials: what it takes to preview a test, or to send it once, outside of any run.
-- Risk: none, new functions only; parts of get_run_plan may be called by people, whose rights then decide.
set lock_timeout = '5s';

grant execute on function private.list_planned_tests(public.test_runs) to authenticated;
grant execute on function private.get_plan_environment(public.test_runs) to authenticated;

create function private.list_capturing_tests(in_project_id uuid, except_test_case_id uuid, used_text text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(found) order by found.key), '[]')
  from (
    select test_case.id as test_case_id, test_case.key, test_case.name, spec.capture_vars
    from public.test_cases as test_case
    inner join public.test_response_specs as spec on spec.test_case_id = test_case.id
    where test_case.project_id = in_project_id and test_case.id is distinct from except_test_case_id
      and (
        strpos(used_text, test_case.key) > 0
        or exists (
          select from jsonb_each(spec.capture_vars) as capture
          where strpos(used_text, capture.key) > 0
            or (jsonb_typeof(capture.value) = 'object' and strpos(used_text, capture.value ->> 'name') > 0)
        )
      )
    order by test_case.key
    limit 500
  ) as found
$$;
comment on function private.list_capturing_tests(uuid, uuid, text) is
  'Tests of a project that may capture what a text names.';
revoke execute on function private.list_capturing_tests(uuid, uuid, text) from public, anon, authenticated, service_role;
grant execute on function private.list_capturing_tests(uuid, uuid, text) to authenticated;

create function private.list_named_fixtures(in_project_id uuid, names text[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(fixture.name, fixture.data), '{}')
  from public.test_data_fixtures as fixture
  where fixture.project_id = in_project_id and fixture.name = any (names)
$$;
comment on function private.list_named_fixtures(uuid, text[]) is
  'Name -> data of fixtures of a project.';
revoke execute on function private.list_named_fixtures(uuid, text[]) from public, anon, authenticated, service_role;
grant execute on function private.list_named_fixtures(uuid, text[]) to authenticated;

create function private.find_trial_case(request jsonb)
returns public.test_cases
language plpgsql
stable
set search_path = ''
as $$
declare
  test_case public.test_cases;
begin
  if request ->> 'test_case_id' is not null then
    select * into test_case from public.test_cases where id = (request ->> 'test_case_id')::uuid;
  else
    select project.id, project.organization_id into test_case.project_id, test_case.organization_id
    from public.projects as project where project.id = (request ->> 'project_id')::uuid;
  end if;
  if test_case.project_id is null then
    perform private.refuse('404', 'not found', null, 'not_found');
  end if;
  if (request ->> 'sends')::boolean
    and not test_case.organization_id = any (array(select private.my_orgs('editor'))) then
    perform private.refuse('403', 'editors try tests', null, 'forbidden');
  end if;
  if request ->> 'environment_id' is not null then
    perform from public.environments
    where id = (request ->> 'environment_id')::uuid and project_id = test_case.project_id;
    if not found then
      perform private.refuse('404', 'environment not found', null, 'not_found');
    end if;
  end if;
  return test_case;
end;
$$;
comment on function private.find_trial_case(jsonb) is
  'The case of a trial, of a draft only its project; refuses who may not see it or, to send it, not change it.';
revoke execute on function private.find_trial_case(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.find_trial_case(jsonb) to authenticated;

create function public.get_trial_plan(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  test_case public.test_cases := private.find_trial_case(request);
  run public.test_runs;
  tests jsonb;
  draft jsonb := nullif(request -> 'document', 'null');
begin
  run.organization_id := test_case.organization_id;
  run.project_id := test_case.project_id;
  run.environment_id := (request ->> 'environment_id')::uuid;
  run.planned_test_ids := array_remove(array[test_case.id], null);
  tests := private.list_planned_tests(run);
  return jsonb_build_object(
    'project_id', test_case.project_id,
    'environment', private.get_plan_environment(run),
    'tests', tests,
    'fixtures', private.list_named_fixtures(
      test_case.project_id,
      array[draft #>> '{iterate,fixture}', substring(draft #>> '{iterate,fixture}' from '^[^.[]+')]
      || array(select referred.name from unnest(private.list_fixture_names(draft)) as referred (name))
      || array(
        select fixture.name from public.fixture_usage as usage
        inner join public.test_data_fixtures as fixture on fixture.id = usage.fixture_id
        where usage.test_case_id = test_case.id
      )
    ),
    'fixture_names', (
      select coalesce(jsonb_agg(listed.name), '[]')
      from (
        select fixture.name from public.test_data_fixtures as fixture
        where fixture.project_id = test_case.project_id order by fixture.name limit 200
      ) as listed
    ),
    'capturing_tests', private.list_capturing_tests(
      test_case.project_id, test_case.id, coalesce(draft::text, tests::text)
    ),
    'response_schemas', (
      select endpoint.response_schemas from public.api_endpoints as endpoint
      where endpoint.project_id = test_case.project_id
        and endpoint.method = draft ->> 'method' and endpoint.path = draft ->> 'path'
    ),
    'network_policy', (
      select organization.network_policy from public.organizations as organization
      where organization.id = test_case.organization_id
    )
  );
end;
$$;
comment on function public.get_trial_plan(jsonb) is
  'Request {test_case_id, environment_id, sends}, of a draft {project_id, document} instead; answers the plan with {fixture_names, capturing_tests, response_schemas}.';
revoke execute on function public.get_trial_plan(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_trial_plan(jsonb) to authenticated;

create function private.read_trial_secrets(environment_id uuid, test_case_id uuid, encryption_keys text[], acting_user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  environment public.environments;
  secrets jsonb;
begin
  perform private.begin_service_action('resolve_trial_secrets', acting_user_id);
  select * into environment from public.environments as existing
  where existing.id = read_trial_secrets.environment_id;
  if environment.id is null then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if not private.has_role(acting_user_id, environment.organization_id, 'editor') then
    perform private.refuse('403', 'editors try tests', null, 'forbidden');
  end if;
  select coalesce(
    jsonb_object_agg(variable.key, private.decrypt_secret(secret, encryption_keys)), '{}'
  ) into secrets
  from public.environment_variables as variable
  inner join private.secret_values as secret on secret.id = variable.secret_value_id
  where variable.environment_id = environment.id and variable.is_secret;
  perform private.write_audit_entry(
    environment.organization_id, 'resolve_secrets', 'environments', environment.id, null,
    jsonb_build_object(
      'keys', (select coalesce(jsonb_agg(item.key), '[]') from jsonb_object_keys(secrets) as item (key)),
      'test_case_id', test_case_id
    )
  );
  return secrets;
end;
$$;
comment on function private.read_trial_secrets(uuid, uuid, text[], uuid) is
  'Definer: no API role may touch ciphertext. Writes one audit entry with the names, and for whom.';
revoke execute on function private.read_trial_secrets(uuid, uuid, text[], uuid) from public, anon, authenticated, service_role;
grant execute on function private.read_trial_secrets(uuid, uuid, text[], uuid) to service_role;

create function public.resolve_trial_secrets(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  return jsonb_build_object('secrets', private.read_trial_secrets(
    (request ->> 'environment_id')::uuid, (request ->> 'test_case_id')::uuid,
    array[request ->> 'encryption_key', request ->> 'previous_encryption_key'],
    (request ->> 'acting_user_id')::uuid
  ));
end;
$$;
comment on function public.resolve_trial_secrets(jsonb) is
  'Request {environment_id, test_case_id, encryption_key, previous_encryption_key, acting_user_id}: either key reads; answers {secrets}, the plain values for one trial.';
revoke execute on function public.resolve_trial_secrets(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.resolve_trial_secrets(jsonb) to service_role;
