-- release_test_run: a worker that stops hands its run back, so that the next one need not wait.
-- Risk: none, new function only.
set lock_timeout = '5s';

create function public.release_test_run(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  released boolean;
begin
  update public.test_runs set worker_id = null, heartbeat_at = null
  where id = (request ->> 'run_id')::uuid and worker_id = request ->> 'worker_id'
    and status in ('pending', 'running');
  released := found;
  return jsonb_build_object('released', released);
end;
$$;
comment on function public.release_test_run(jsonb) is
  'Request {run_id, worker_id}; lets any worker claim an unfinished run; answers {released}.';
revoke execute on function public.release_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.release_test_run(jsonb) to service_role;
