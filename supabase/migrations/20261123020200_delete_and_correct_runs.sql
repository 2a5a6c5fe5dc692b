-- Runs that have ended are deleted with everything, history included; what a run says of itself is corrected.
-- Risk: users may write two columns of runs that nothing else changes, and delete runs of their organizations as admins.
set lock_timeout = '5s';

grant update (target_version, metadata), delete on table public.test_runs to authenticated;

create policy test_runs_update_editor on public.test_runs
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_runs_update_editor on public.test_runs is 'Editors correct what the runs of their organizations say of themselves.';

create policy test_runs_delete_admin on public.test_runs
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy test_runs_delete_admin on public.test_runs is 'Admins delete the runs of their organizations, once these have ended.';

create function private.clear_away_run()
returns trigger
language plpgsql
security definer
-- Cascades between partitioned tables are otherwise planned anew for every row.
set plan_cache_mode = 'force_generic_plan'
set search_path = ''
as $$
begin
  -- A project takes everything along, and logged it itself.
  if not exists (select from public.projects as project where project.id = old.project_id) then
    return old;
  end if;
  if not private.is_finished(old.status) then
    perform private.refuse('409', 'the run goes on', 'cancel it or wait for its end', 'run_not_finished');
  end if;
  delete from public.test_results as result
  where result.organization_id = old.organization_id and result.run_id = old.id and result.run_date = old.run_date;
  -- Who deletes a run because it was wrong does not want to hear of its flaky and slow tests.
  delete from public.test_run_history as history where history.run_id = old.id and history.run_date = old.run_date;
  perform private.write_audit_entry(
    old.organization_id, 'delete', 'test_runs', old.id, private.run_document(old), null
  );
  return old;
end;
$$;
comment on function private.clear_away_run() is
  'Definer: nobody changes history, and nobody writes the log directly.';
revoke execute on function private.clear_away_run() from public, anon, authenticated, service_role;

create trigger test_runs_clear_away
  before delete on public.test_runs
  for each row execute function private.clear_away_run();
comment on trigger test_runs_clear_away on public.test_runs is
  'Refuses that a run goes before its end; takes its history along, and logs that it went.';

create function public.delete_test_run(request jsonb)
returns jsonb
language plpgsql
set statement_timeout = '60s'
set lock_timeout = '5s'
set search_path = ''
as $$
declare
  wanted_id uuid := (request ->> 'run_id')::uuid;
  run public.test_runs;
begin
  select * into run from public.test_runs where id = wanted_id for update;
  if not found then
    perform private.refuse_write(exists (select from public.test_runs where id = wanted_id));
  end if;
  perform private.refuse_changed(run.updated_at, request);
  delete from public.test_runs where id = run.id;
  if not found then
    perform private.refuse_write(true);
  end if;
  return jsonb_build_object('id', run.id);
end;
$$;
comment on function public.delete_test_run(jsonb) is
  'Request {run_id, read_at}; deletes a run that has ended with everything that it left behind; answers {id}.';
revoke execute on function public.delete_test_run(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.delete_test_run(jsonb) to authenticated, service_role;

create function private.audit_run_correction()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.write_audit_entry(
    new.organization_id, 'update', 'test_runs', new.id,
    private.changed_columns(
      jsonb_build_object('target_version', old.target_version, 'metadata', old.metadata),
      jsonb_build_object('target_version', new.target_version, 'metadata', new.metadata)
    ),
    private.changed_columns(
      jsonb_build_object('target_version', new.target_version, 'metadata', new.metadata),
      jsonb_build_object('target_version', old.target_version, 'metadata', old.metadata)
    )
  );
  return null;
end;
$$;
comment on function private.audit_run_correction() is
  'Logs what people corrected; what the service records of a run is no news. Definer as private.audit_changed_rows.';
revoke execute on function private.audit_run_correction() from public, anon, authenticated, service_role;

create trigger test_runs_audit_correction
  after update of target_version, metadata on public.test_runs
  for each row
  when ((old.target_version, old.metadata) is distinct from (new.target_version, new.metadata))
  execute function private.audit_run_correction();
comment on trigger test_runs_audit_correction on public.test_runs is 'Logs what people corrected.';

comment on table public.test_run_history is
  'Final status and duration of a test in a run; outlives the result, and goes with a run that somebody deletes.';
