-- Batches: the same selection in several environments, started together or not at all.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.batch_status(statuses text[])
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when statuses <@ '{pending}' then 'pending'
    when statuses && '{pending,running}' then 'running'
    when 'failed' = any (statuses) then 'failed'
    when 'cancelled' = any (statuses) then 'cancelled'
    else 'completed'
  end
$$;
comment on function private.batch_status(text[]) is
  'The status of runs together: unfinished while one is, then as bad as the worst.';
revoke execute on function private.batch_status(text[]) from public, anon, authenticated, service_role;
grant execute on function private.batch_status(text[]) to authenticated, service_role;

create function private.batch_document(in_batch_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case when count(*) > 0 then jsonb_build_object(
    'id', in_batch_id, 'organization_id', (array_agg(run.organization_id))[1],
    'project_id', (array_agg(run.project_id))[1], 'status', private.batch_status(array_agg(run.status)),
    'counts', jsonb_build_object(
      'total', sum(run.total_count), 'passed', sum(run.passed_count), 'failed', sum(run.failed_count),
      'skipped', sum(run.skipped_count), 'error', sum(run.error_count)
    ),
    'created_at', min(run.created_at), 'updated_at', max(run.updated_at),
    'completed_at', case when bool_and(run.completed_at is not null) then max(run.completed_at) end,
    'runs', jsonb_agg(private.run_document(run) order by environment.order_index, environment.name, run.id)
  ) end
  from public.test_runs as run
  inner join public.environments as environment on environment.id = run.environment_id
  where run.batch_id = in_batch_id
$$;
comment on function private.batch_document(uuid) is
  'The runs of a batch that the invoker sees, and what they come to together; null without any.';
revoke execute on function private.batch_document(uuid) from public, anon, authenticated, service_role;
grant execute on function private.batch_document(uuid) to authenticated;

create function public.start_test_run_batch(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  environment_ids uuid[] := private.read_ids(request -> 'environment_ids');
  new_batch_id uuid := gen_random_uuid();
begin
  if coalesce(cardinality(environment_ids), 0) not between 1 and 20 then
    perform private.refuse('422', 'a batch has 1 to 20 environments', null, 'invalid');
  end if;
  -- Before the inserts, so that making a partition never waits while it holds a lock on test_runs.
  perform private.ensure_current_partitions();
  perform private.insert_test_run(request, named.id, new_batch_id)
  from (select distinct listed.id from unnest(environment_ids) as listed (id)) as named;
  return private.batch_document(new_batch_id);
end;
$$;
comment on function public.start_test_run_batch(jsonb) is
  'Request as of start_test_run, with environment_ids in place of environment_id; a run in each or none; answers the batch.';
revoke execute on function public.start_test_run_batch(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.start_test_run_batch(jsonb) to authenticated;

create function public.get_test_run_batch(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.batch_document((request ->> 'batch_id')::uuid)
$$;
comment on function public.get_test_run_batch(jsonb) is
  'Request {batch_id}; answers {id, organization_id, project_id, status, counts, created_at, updated_at, completed_at, runs}, or null.';
revoke execute on function public.get_test_run_batch(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_run_batch(jsonb) to authenticated;

create function public.cancel_test_run_batch(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  member record;
begin
  -- In one order for everybody: each cancellation locks its run until the end.
  for member in
    select run.id from public.test_runs as run
    where run.batch_id = (request ->> 'batch_id')::uuid
    order by run.id
  loop
    perform private.request_run_cancellation(member.id);
  end loop;
  return private.batch_document((request ->> 'batch_id')::uuid);
end;
$$;
comment on function public.cancel_test_run_batch(jsonb) is
  'Request {batch_id}; cancels its unfinished runs; answers the batch, or null when there is none.';
revoke execute on function public.cancel_test_run_batch(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.cancel_test_run_batch(jsonb) to authenticated;
