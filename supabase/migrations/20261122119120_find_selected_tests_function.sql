-- The tests of a selection: what everything that it names agrees on.
-- Risk: none, new functions only. Pair: prepare_run_selections.
set lock_timeout = '5s';

create function private.check_selected_places(in_project_id uuid, selection jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  missing text;
begin
  perform from unnest(private.read_ids(selection -> 'suite_ids')) as named (id)
  where not exists (
    select from public.test_suites as suite where suite.id = named.id and suite.project_id = in_project_id
  );
  if found then
    perform private.refuse('404', 'suite not found', null, 'not_found');
  end if;
  select string_agg(named.id::text, ', ' order by named.id) into missing
  from unnest(private.read_ids(selection -> 'test_case_ids')) as named (id)
  left join public.test_cases as test_case on test_case.id = named.id and test_case.project_id = in_project_id
  where test_case.id is null;
  if missing is not null then
    perform private.refuse('422', 'test case not found', missing, 'test_case_not_found');
  end if;
end;
$$;
comment on function private.check_selected_places(uuid, jsonb) is
  'Refuses a selection that names suites or tests which the project does not have, as far as the invoker sees.';
revoke execute on function private.check_selected_places(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.check_selected_places(uuid, jsonb) to authenticated, service_role;

create function private.list_saved_tests(in_project_id uuid, search_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  found_filters jsonb;
begin
  select search.filters into found_filters
  from public.saved_searches as search
  inner join public.projects as project on project.organization_id = search.organization_id
  where search.id = search_id and project.id = in_project_id;
  if found_filters is null then
    perform private.refuse('404', 'saved search not found', null, 'not_found');
  end if;
  return private.list_searched_tests(in_project_id, found_filters);
end;
$$;
comment on function private.list_saved_tests(uuid, uuid) is
  'Tests of a project that a saved search of the invoker names.';
revoke execute on function private.list_saved_tests(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_saved_tests(uuid, uuid) to authenticated, service_role;

create function private.find_selected_tests(in_project_id uuid, selection jsonb)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  suite_ids uuid[] := private.read_ids(selection -> 'suite_ids');
  wanted_tags text[] := private.read_texts(selection -> 'tags');
  repeated_run public.test_runs;
  -- Named one by one, tests run even when they are disabled.
  named_ids uuid[] := private.read_ids(selection -> 'test_case_ids');
  repeated_ids uuid[];
  failed_ids uuid[];
  changed_ids uuid[];
  searched_ids uuid[];
begin
  perform private.check_selected_places(in_project_id, selection);
  if selection ->> 'tests_of_run_id' is not null then
    repeated_run := private.find_run_of_project((selection ->> 'tests_of_run_id')::uuid, in_project_id);
    repeated_ids := repeated_run.planned_test_ids;
  end if;
  if selection ->> 'failed_in_run_id' is not null then
    failed_ids := private.list_failed_tests(
      private.find_run_of_project((selection ->> 'failed_in_run_id')::uuid, in_project_id)
    );
  end if;
  if selection ->> 'changed_since' is not null then
    changed_ids := private.list_changed_tests(in_project_id, (selection ->> 'changed_since')::timestamptz);
  end if;
  if selection ->> 'saved_search_id' is not null then
    searched_ids := private.list_saved_tests(in_project_id, (selection ->> 'saved_search_id')::uuid);
  end if;
  return coalesce((
    select array_agg(test_case.id)
    from public.test_cases as test_case
    inner join public.test_suites as suite on suite.id = test_case.suite_id
    where test_case.project_id = in_project_id
      and (test_case.enabled and suite.enabled or coalesce(named_ids, repeated_ids) is not null)
      and (suite_ids is null or test_case.suite_id in (select unnest(suite_ids)))
      and (wanted_tags is null or test_case.tags && wanted_tags)
      and (named_ids is null or test_case.id in (select unnest(named_ids)))
      and (repeated_ids is null or test_case.id in (select unnest(repeated_ids)))
      and (failed_ids is null or test_case.id in (select unnest(failed_ids)))
      and (changed_ids is null or test_case.id in (select unnest(changed_ids)))
      and (searched_ids is null or test_case.id in (select unnest(searched_ids)))
  ), '{}');
end;
$$;
comment on function private.find_selected_tests(uuid, jsonb) is
  'The tests that all parts of a selection agree on; without parts the enabled ones of the project. As the invoker sees them.';
revoke execute on function private.find_selected_tests(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.find_selected_tests(uuid, jsonb) to authenticated, service_role;
