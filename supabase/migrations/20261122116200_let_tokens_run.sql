-- Runs and topics as tokens reach them: those that may, start and cancel runs, each within its project.
-- Risk: policies and functions are replaced by stricter ones; for people they decide as before.
set lock_timeout = '5s';

alter policy test_runs_insert_editor on public.test_runs
  with check (organization_id = any (array(select private.my_run_orgs())));
comment on policy test_runs_insert_editor on public.test_runs is 'Editors create the runs of their organizations, and so do their tokens that may.';

create or replace function private.request_run_cancellation(run_id uuid)
returns public.test_runs
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  select * into run from public.test_runs where id = request_run_cancellation.run_id for no key update;
  if not coalesce(run.project_id = private.my_token_project(), true)
    or not (run.organization_id = any (array(select private.my_run_orgs()))) then
    perform private.refuse('403', 'editors cancel runs', null, 'forbidden');
  end if;
  if private.is_finished(run.status) then
    return run;
  end if;
  update public.test_runs set
    cancel_requested_at = coalesce(cancel_requested_at, now()),
    status = case status when 'pending' then 'cancelled' else status end,
    completed_at = case status when 'pending' then now() end
  where id = run.id;
  select * into run from public.test_runs where id = run.id;
  return run;
end;
$$;

create or replace function public.show_test_run_context(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  -- As the invoker first: what shows the context looks at the organization alone.
  select private.show_test_run_context(run.id)
  from public.test_runs as run
  where run.id = (request ->> 'run_id')::uuid
$$;

create or replace function private.can_read_topic(topic text)
returns boolean
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  kind text := split_part(topic, ':', 1);
  subject uuid;
  found_project_id uuid;
  found_organization_id uuid;
begin
  if topic is null or topic !~ '^(run|project):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return false;
  end if;
  subject := split_part(topic, ':', 2)::uuid;
  if kind = 'run' then
    select run.project_id, run.organization_id into found_project_id, found_organization_id
    from public.test_runs as run where run.id = subject;
  else
    select project.id, project.organization_id into found_project_id, found_organization_id
    from public.projects as project where project.id = subject;
  end if;
  return coalesce(found_organization_id = any (array(select private.my_orgs('viewer'))), false)
    and coalesce(found_project_id = private.my_token_project(), true);
end;
$$;
