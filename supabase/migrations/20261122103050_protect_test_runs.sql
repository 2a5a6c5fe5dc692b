-- Row-level security of runs: members read, editors create, nobody changes or deletes by hand.
-- Risk: none, the table is new.
set lock_timeout = '5s';

alter table public.test_runs enable row level security;
revoke all on table public.test_runs from public, anon, authenticated, service_role;
grant select on table public.test_runs to authenticated;
grant insert (project_id, suite_id, environment_id, trigger, options, target_version, metadata) on table public.test_runs to authenticated;
grant select, insert, update, delete on table public.test_runs to service_role;

create policy test_runs_select_member on public.test_runs
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_runs_select_member on public.test_runs is 'Members read the runs of their organizations.';

create policy test_runs_insert_editor on public.test_runs
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_runs_insert_editor on public.test_runs is 'Editors create the runs of their organizations.';

create trigger test_runs_inherit_tenant
  before insert on public.test_runs
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger test_runs_inherit_tenant on public.test_runs is 'Takes organization_id from the row in projects.';

create trigger test_runs_set_creator
  before insert on public.test_runs
  for each row execute function private.set_creator('started_by');
comment on trigger test_runs_set_creator on public.test_runs is 'Records who made the row.';

create trigger test_runs_protect_columns
  before update on public.test_runs
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'run_date', 'started_by', 'created_at');
comment on trigger test_runs_protect_columns on public.test_runs is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_runs_set_updated_at
  before update on public.test_runs
  for each row execute function private.set_updated_at();
comment on trigger test_runs_set_updated_at on public.test_runs is 'Keeps updated_at current.';

create function private.is_finished(status text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select status in ('completed', 'failed', 'cancelled')
$$;
comment on function private.is_finished(text) is
  'Whether a run with this status has ended.';
revoke execute on function private.is_finished(text) from public, anon, authenticated, service_role;
grant execute on function private.is_finished(text) to authenticated, service_role;

create function private.run_counts(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'total', run.total_count, 'passed', run.passed_count, 'failed', run.failed_count,
    'skipped', run.skipped_count, 'error', run.error_count
  )
$$;
comment on function private.run_counts(public.test_runs) is
  'Counts of a run as the API shows them.';
revoke execute on function private.run_counts(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.run_counts(public.test_runs) to authenticated, service_role;

create function private.run_document(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', run.id, 'organization_id', run.organization_id, 'project_id', run.project_id, 'suite_id', run.suite_id,
    'environment_id', run.environment_id, 'started_by', run.started_by, 'trigger', run.trigger,
    'status', run.status, 'counts', private.run_counts(run), 'total_duration_ms', run.total_duration_ms,
    'created_at', run.created_at, 'started_at', run.started_at, 'completed_at', run.completed_at,
    'heartbeat_at', run.heartbeat_at, 'cancel_requested_at', run.cancel_requested_at,
    'event_seq', run.event_seq, 'target_version', run.target_version, 'options', run.options,
    'metadata', run.metadata
  )
$$;
comment on function private.run_document(public.test_runs) is
  'A run as the API shows it.';
revoke execute on function private.run_document(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.run_document(public.test_runs) to authenticated, service_role;
