-- What has results is deleted only by who says that they go as well, whoever deletes it and by which way.
-- Risk: a deletion of cases, environments or projects looks for results first; one that meant to take them along has
-- to say so from now on. Pair: delete_with_results.
set lock_timeout = '5s';

create function private.permit_loss_of_results(request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('atp.with_results', coalesce((request ->> 'with_results')::boolean, false)::text, true);
end;
$$;
comment on function private.permit_loss_of_results(jsonb) is
  'Until the end of the transaction deletions take results along, if the request says with_results.';
revoke execute on function private.permit_loss_of_results(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.permit_loss_of_results(jsonb) to authenticated, service_role;

create function private.count_results(in_organization_id uuid, test_case_ids uuid[])
returns bigint
language sql
stable
set search_path = ''
as $$
  -- History outlives results, and metrics outlive history.
  select greatest(
    (
      select count(*)
      from (
        select from public.test_results as result
        where result.organization_id = in_organization_id and result.test_case_id = any (test_case_ids)
        limit 1001
      ) as found
    ),
    (
      select count(*)
      from (
        select from public.test_run_history as history
        where history.organization_id = in_organization_id and history.test_case_id = any (test_case_ids)
        limit 1001
      ) as found
    ),
    (
      select count(*)
      from (
        select from public.performance_metrics as metric
        where metric.test_case_id = any (test_case_ids)
        limit 1001
      ) as found
    )
  )
$$;
comment on function private.count_results(uuid, uuid[]) is
  'How many results of these tests are known at least, in whatever form; 1001 for more than 1000.';
revoke execute on function private.count_results(uuid, uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.count_results(uuid, uuid[]) to authenticated, service_role;

create function private.refuse_loss(kind text, lost bigint, advice text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  is_permitted boolean := coalesce(nullif(current_setting('atp.with_results', true), '')::boolean, false);
  amount text := case when lost > 1000 then 'more than 1000' else lost::text end;
begin
  if lost > 0 and not is_permitted then
    perform private.refuse(
      '409', format('%s %s%s would be lost', amount, kind, case when lost > 1 then 's' end),
      advice || ', or repeat the request with with_results=true', 'has_results'
    );
  end if;
end;
$$;
comment on function private.refuse_loss(text, bigint, text) is
  'Refuses to lose so many results or runs unless permit_loss_of_results let them go; says what to do instead.';
revoke execute on function private.refuse_loss(text, bigint, text) from public, anon, authenticated, service_role;
grant execute on function private.refuse_loss(text, bigint, text) to authenticated, service_role;

create function private.keep_results_of_case()
returns trigger
language plpgsql
security definer
-- Cascades between partitioned tables are otherwise planned anew for every row.
set plan_cache_mode = 'force_generic_plan'
set search_path = ''
as $$
declare
  known bigint;
  lost_results bigint;
  lost_history bigint;
begin
  -- A project takes everything along, and was asked itself.
  if not exists (select from public.projects as project where project.id = old.project_id) then
    return old;
  end if;
  -- The row is locked already: who records a result of the test comes before this or finds no test.
  known := private.count_results(old.organization_id, array[old.id]);
  if known = 0 then
    return old;
  end if;
  perform private.refuse_loss('result', known, 'disable the test instead');
  delete from public.test_results as result
  where result.organization_id = old.organization_id and result.test_case_id = old.id;
  get diagnostics lost_results = row_count;
  delete from public.test_run_history as history
  where history.organization_id = old.organization_id and history.test_case_id = old.id;
  get diagnostics lost_history = row_count;
  perform private.write_audit_entry(old.organization_id, 'delete', 'test_results', old.id, jsonb_build_object(
    'test_case_key', old.key, 'results', lost_results, 'history', lost_history
  ), null);
  return old;
end;
$$;
comment on function private.keep_results_of_case() is
  'Definer: what is lost does not depend on what the caller sees, and nobody writes the log directly.';
revoke execute on function private.keep_results_of_case() from public, anon, authenticated, service_role;

create trigger test_cases_keep_results
  before delete on public.test_cases
  for each row execute function private.keep_results_of_case();
comment on trigger test_cases_keep_results on public.test_cases is
  'Refuses that results go with their test unless that was said, and logs that they went.';

create function private.keep_runs_of_environment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (select from public.projects as project where project.id = old.project_id) then
    return old;
  end if;
  perform private.refuse_loss('run', (
    select count(*)
    from (
      select from public.test_runs as run
      where run.organization_id = old.organization_id and run.project_id = old.project_id
        and run.environment_id = old.id
      limit 1001
    ) as listed
  ), 'keep the environment');
  -- Metrics outlive runs.
  perform private.refuse_loss('metric', (
    select count(*)
    from (
      select from public.performance_metrics as metric
      where metric.organization_id = old.organization_id and metric.project_id = old.project_id
        and metric.environment_id = old.id
      limit 1001
    ) as listed
  ), 'keep the environment');
  delete from public.test_runs as run
  where run.organization_id = old.organization_id and run.project_id = old.project_id and run.environment_id = old.id;
  return old;
end;
$$;
comment on function private.keep_runs_of_environment() is
  'Definer: users delete no runs that go on, and who deletes an environment deletes all of its runs.';
revoke execute on function private.keep_runs_of_environment() from public, anon, authenticated, service_role;

create trigger environments_keep_runs
  before delete on public.environments
  for each row execute function private.keep_runs_of_environment();
comment on trigger environments_keep_runs on public.environments is
  'Refuses that runs go with their environment unless that was said; then deletes them.';

create function private.keep_runs_of_project()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  lost record;
begin
  if not exists (select from public.organizations as organization where organization.id = old.organization_id) then
    return old;
  end if;
  select
    count(*) as runs,
    sum(run.passed_count + run.failed_count + run.skipped_count + run.error_count) as results
  into lost
  from public.test_runs as run
  where run.organization_id = old.organization_id and run.project_id = old.id;
  if lost.runs > 0 then
    -- As one run, so all of them. Who is no user of the API is trusted already.
    if auth.uid() is not null and not old.organization_id = any (array(select private.my_orgs('admin'))) then
      perform private.refuse(
        '403', 'only admins delete a project that has runs, and no API token does: archive it instead', null, 'forbidden'
      );
    end if;
    perform private.refuse_loss('run', lost.runs, 'archive the project instead');
    perform private.write_audit_entry(old.organization_id, 'delete', 'test_runs', old.id, to_jsonb(lost), null);
  end if;
  perform private.refuse_loss('metric', (
    select count(*)
    from (
      select from public.performance_metrics as metric
      where metric.organization_id = old.organization_id and metric.project_id = old.id
      limit 1001
    ) as listed
  ), 'archive the project instead');
  return old;
end;
$$;
comment on function private.keep_runs_of_project() is
  'Definer: what is lost does not depend on what the caller sees, and nobody writes the log directly.';
revoke execute on function private.keep_runs_of_project() from public, anon, authenticated, service_role;

create trigger projects_keep_runs
  before delete on public.projects
  for each row execute function private.keep_runs_of_project();
comment on trigger projects_keep_runs on public.projects is
  'Refuses that runs go with their project unless an admin said so, and logs that they went.';
