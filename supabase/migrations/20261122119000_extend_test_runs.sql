-- Runs: what was selected, variables of their own, the batch that they belong to and the run that they repeat.
-- Risk: a short exclusive lock on runs, nothing is read or rewritten. Pair: validate_run_checks.
set lock_timeout = '5s';

create function private.are_run_variables(variables jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select case when jsonb_typeof(variables) = 'object' then (
    select count(*) <= 100 and coalesce(bool_and(
      variable.key ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$' and jsonb_typeof(variable.value) = 'string'
    ), true)
    from jsonb_each(variables) as variable
  ) else false end
$$;
comment on function private.are_run_variables(jsonb) is
  'Whether the document gives at most 100 variables a text each, under names that templates can say.';
revoke execute on function private.are_run_variables(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.are_run_variables(jsonb) to authenticated, service_role;

alter table public.test_runs
  add column selection jsonb not null default '{}',
  add column variables jsonb not null default '{}',
  add column batch_id uuid,
  add column rerun_of uuid,
  add constraint test_runs_selection_check
    check (jsonb_typeof(selection) = 'object' and pg_column_size(selection) <= 1048576) not valid,
  add constraint test_runs_variables_check
    check (private.are_run_variables(variables) and pg_column_size(variables) <= 262144) not valid,
  add constraint test_runs_rerun_of_fkey foreign key (rerun_of)
    references public.test_runs (id) on delete set null not valid;
comment on column public.test_runs.options is 'How to run.';
comment on column public.test_runs.selection is
  'What was asked for: {suite_ids, test_case_ids, tags, failed_in_run_id, changed_since, saved_search_id, tests_of_run_id}; planned_test_ids is what it came to.';
comment on column public.test_runs.variables is
  'Name -> text: take the place of variables of the environment in this run; shown to members, so not for secrets.';
comment on column public.test_runs.batch_id is 'Runs that were started together share one.';
comment on column public.test_runs.rerun_of is 'The run whose tests this one repeats.';

create index test_runs_rerun_of_idx on public.test_runs (rerun_of);
comment on index public.test_runs_rerun_of_idx is 'Serves the deletion of runs that were repeated.';
create index test_runs_batch_id_idx on public.test_runs (organization_id, batch_id) where batch_id is not null;
comment on index public.test_runs_batch_id_idx is 'Serves the reading of a batch.';
create index test_runs_environment_id_created_at_idx
  on public.test_runs (environment_id, created_at desc, id desc);
comment on index public.test_runs_environment_id_created_at_idx is
  'Serves the list of runs of an environment, and the search for the run to compare with.';

grant insert (selection, variables, batch_id, rerun_of) on table public.test_runs to authenticated;

create or replace function private.run_document(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', run.id, 'organization_id', run.organization_id, 'project_id', run.project_id, 'suite_id', run.suite_id,
    'environment_id', run.environment_id, 'started_by', run.started_by, 'trigger', run.trigger,
    'status', run.status, 'counts', private.run_counts(run), 'total_duration_ms', run.total_duration_ms,
    'started_at', run.started_at, 'completed_at', run.completed_at, 'heartbeat_at', run.heartbeat_at,
    'cancel_requested_at', run.cancel_requested_at, 'event_seq', run.event_seq,
    'target_version', run.target_version, 'selection', run.selection, 'variables', run.variables,
    'options', run.options, 'metadata', run.metadata, 'batch_id', run.batch_id, 'rerun_of', run.rerun_of,
    'created_at', run.created_at, 'updated_at', run.updated_at
  )
$$;
