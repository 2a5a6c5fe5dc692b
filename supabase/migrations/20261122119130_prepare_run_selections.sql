-- A run fixes its tests when it is created, from the selection that it stores: whoever creates it.
-- Risk: functions are replaced; runs that name their tests in options, as before, are read as before.
set lock_timeout = '5s';

create function private.complete_selection(run public.test_runs)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when run.suite_id is null then given.selection
    when given.selection -> 'suite_ids' is null or given.selection -> 'suite_ids' @> to_jsonb(run.suite_id)
      then given.selection || jsonb_build_object('suite_ids', jsonb_build_array(run.suite_id))
    -- The suites that both name: none.
    else given.selection || '{"suite_ids": []}'
  end
  from (
    select jsonb_strip_nulls(
      case when run.selection = '{}' then coalesce(nullif(run.options -> 'selection', 'null'), '{}') - 'suite_id' else run.selection end
    ) as selection
  ) as given
$$;
comment on function private.complete_selection(public.test_runs) is
  'The selection of a new run with its suite; it used to lie in the options.';
revoke execute on function private.complete_selection(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.complete_selection(public.test_runs) to authenticated, service_role;

create or replace function private.prepare_test_run()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  selected_ids uuid[];
begin
  new.selection := private.complete_selection(new);
  if new.rerun_of is not null then
    perform private.find_run_of_project(new.rerun_of, new.project_id);
  end if;
  selected_ids := private.find_selected_tests(new.project_id, new.selection);
  if cardinality(selected_ids) = 0 then
    perform private.refuse('422', 'no tests selected', 'the selection holds no enabled test', 'no_tests_selected');
  end if;
  if new.suite_id is null and jsonb_array_length(new.selection -> 'suite_ids') = 1 then
    new.suite_id := (new.selection -> 'suite_ids' ->> 0)::uuid;
  end if;
  new.planned_test_ids := private.select_planned_tests(new.project_id, null, selected_ids);
  new.total_count := cardinality(new.planned_test_ids);
  perform private.ensure_current_partitions();
  return new;
end;
$$;

create function private.merge_ids(first_ids jsonb, second_ids jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when nullif(first_ids, 'null') is null then nullif(second_ids, 'null')
    when nullif(second_ids, 'null') is null then first_ids
    else (
      select coalesce(jsonb_agg(item.value), '[]') from jsonb_array_elements(first_ids) as item
      where second_ids @> item.value
    )
  end
$$;
comment on function private.merge_ids(jsonb, jsonb) is
  'What two lists have in common; a list that is not given has everything.';
revoke execute on function private.merge_ids(jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.merge_ids(jsonb, jsonb) to authenticated, service_role;

create function private.insert_test_run(request jsonb, environment_id uuid, batch_id uuid)
returns public.test_runs
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
  selection jsonb := coalesce(nullif(request -> 'selection', 'null'), '{}');
begin
  perform from public.environments as environment
  where environment.id = insert_test_run.environment_id
    and environment.project_id = (request ->> 'project_id')::uuid;
  if not found then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  insert into public.test_runs (
    project_id, suite_id, environment_id, trigger, selection, variables, options, target_version, metadata,
    batch_id, rerun_of
  )
  values (
    (request ->> 'project_id')::uuid, (request ->> 'suite_id')::uuid, insert_test_run.environment_id,
    coalesce(request ->> 'trigger', 'manual'),
    jsonb_strip_nulls(selection || jsonb_build_object(
      'test_case_ids', private.merge_ids(request -> 'test_case_ids', selection -> 'test_case_ids')
    )),
    coalesce(nullif(request -> 'variables', 'null'), '{}'), coalesce(nullif(request -> 'options', 'null'), '{}'),
    request ->> 'target_version', coalesce(nullif(request -> 'metadata', 'null'), '{}'),
    insert_test_run.batch_id, (request ->> 'rerun_of')::uuid
  )
  returning * into run;
  return run;
end;
$$;
comment on function private.insert_test_run(jsonb, uuid, uuid) is
  'Creates a pending run of what a request selects in one environment, alone or in a batch.';
revoke execute on function private.insert_test_run(jsonb, uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function private.insert_test_run(jsonb, uuid, uuid) to authenticated, service_role;

create or replace function public.start_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  -- Before the insert, so that making a partition never waits while it holds a lock on test_runs.
  perform private.ensure_current_partitions();
  return private.run_document(private.insert_test_run(request, (request ->> 'environment_id')::uuid, null));
end;
$$;
comment on function public.start_test_run(jsonb) is
  'Request {project_id, environment_id, suite_id, test_case_ids, selection, variables, trigger, options, target_version, metadata}; answers the run.';
