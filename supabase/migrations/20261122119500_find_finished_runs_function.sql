-- find_finished_runs: of the runs that requests wait for, those that need not be waited for any more.
-- Risk: none, new function only.
set lock_timeout = '5s';

create function public.find_finished_runs(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('run_ids', coalesce(jsonb_agg(named.id), '[]'))
  from unnest(private.read_ids(request -> 'run_ids')) as named (id)
  left join public.test_runs as run on run.id = named.id
  where run.id is null or private.is_finished(run.status)
$$;
comment on function public.find_finished_runs(jsonb) is
  'Request {run_ids}; answers {run_ids} of those that have finished, or are gone.';
revoke execute on function public.find_finished_runs(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.find_finished_runs(jsonb) to service_role;
