-- rerun_test_run: a new run of the tests of a finished one, or of those that failed there.
-- Risk: none, new function only.
set lock_timeout = '5s';

create function public.rerun_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  original public.test_runs;
  only_failed boolean := coalesce(request ->> 'only', 'all') = 'failed';
begin
  -- Before the insert, so that making a partition never waits while it holds a lock on test_runs.
  perform private.ensure_current_partitions();
  select * into original from public.test_runs where id = (request ->> 'run_id')::uuid;
  if original.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  if not private.is_finished(original.status) then
    perform private.refuse('409', 'run not finished', null, 'run_not_finished');
  end if;
  return private.run_document(private.insert_test_run(
    jsonb_build_object(
      'project_id', original.project_id, 'suite_id', case when not only_failed then original.suite_id end,
      'selection', jsonb_build_object(
        'tests_of_run_id', original.id, 'failed_in_run_id', case when only_failed then original.id end
      ),
      'variables', original.variables, 'options', original.options - 'selection', 'metadata', original.metadata,
      'target_version', coalesce(request ->> 'target_version', original.target_version),
      'trigger', coalesce(request ->> 'trigger', 'manual'), 'rerun_of', original.id
    ),
    original.environment_id, null
  ));
end;
$$;
comment on function public.rerun_test_run(jsonb) is
  'Request {run_id, only, target_version, trigger}, only is all or failed; same environment, variables, options and metadata; answers the new run.';
revoke execute on function public.rerun_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.rerun_test_run(jsonb) to authenticated;
