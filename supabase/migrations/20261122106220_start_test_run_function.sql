-- start_test_run: a pending run of the tests that were asked for and all that these require.
-- Risk: none, new function only.
set lock_timeout = '5s';

create function public.start_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
  selection jsonb := jsonb_strip_nulls(
    jsonb_build_object('suite_id', request -> 'suite_id', 'test_case_ids', request -> 'test_case_ids')
  );
begin
  -- Before the insert, so that making a partition never waits while it holds a lock on test_runs.
  perform private.ensure_current_partitions();
  perform from public.environments
  where id = (request ->> 'environment_id')::uuid and project_id = (request ->> 'project_id')::uuid;
  if not found then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if request ->> 'suite_id' is not null then
    perform from public.test_suites
    where id = (request ->> 'suite_id')::uuid and project_id = (request ->> 'project_id')::uuid;
    if not found then
      perform private.refuse('404', 'suite not found', null, 'not_found');
    end if;
  end if;
  insert into public.test_runs (project_id, suite_id, environment_id, trigger, options, target_version, metadata)
  values (
    (request ->> 'project_id')::uuid,
    (request ->> 'suite_id')::uuid,
    (request ->> 'environment_id')::uuid,
    coalesce(request ->> 'trigger', 'manual'),
    coalesce(nullif(request -> 'options', 'null'), '{}') || jsonb_build_object('selection', selection),
    request ->> 'target_version',
    coalesce(nullif(request -> 'metadata', 'null'), '{}')
  )
  returning * into run;
  return private.run_document(run);
end;
$$;
comment on function public.start_test_run(jsonb) is
  'Request {project_id, environment_id, suite_id, test_case_ids, trigger, options, target_version, metadata}; answers the run.';
revoke execute on function public.start_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.start_test_run(jsonb) to authenticated, service_role;
