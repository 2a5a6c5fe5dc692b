-- compare_test_runs: what became better or worse between two runs of a project, test by test and iteration by iteration.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.find_baseline(run public.test_runs)
returns public.test_runs
language sql
stable
set search_path = ''
as $$
  select earlier.*
  from public.test_runs as earlier
  where earlier.environment_id = run.environment_id and earlier.status in ('completed', 'failed')
    and (earlier.created_at, earlier.id) < (run.created_at, run.id)
  order by earlier.created_at desc, earlier.id desc
  limit 1
$$;
comment on function private.find_baseline(public.test_runs) is
  'The newest run of the same environment before this one that went to its end; null without one.';
revoke execute on function private.find_baseline(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.find_baseline(public.test_runs) to authenticated;

create function private.choose_baseline(run public.test_runs, with_run_id uuid)
returns public.test_runs
language plpgsql
stable
set search_path = ''
as $$
declare
  baseline public.test_runs;
begin
  if with_run_id is null then
    baseline := private.find_baseline(run);
    if baseline.id is null then
      perform private.refuse('404', 'no earlier run', null, 'baseline_not_found');
    end if;
    return baseline;
  end if;
  select * into baseline from public.test_runs as other where other.id = with_run_id;
  if baseline.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  if baseline.project_id <> run.project_id then
    perform private.refuse('422', 'the runs belong to different projects', null, 'runs_of_different_projects');
  end if;
  return baseline;
end;
$$;
comment on function private.choose_baseline(public.test_runs, uuid) is
  'The run that was named, if both are of one project, or else the one before.';
revoke execute on function private.choose_baseline(public.test_runs, uuid) from public, anon, authenticated, service_role;
grant execute on function private.choose_baseline(public.test_runs, uuid) to authenticated;

create function private.classify_change(before text, after text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when before is null then 'added'
    when after is null then 'removed'
    when after in ('failed', 'error') and before in ('failed', 'error') then 'still_failing'
    when after in ('failed', 'error') then 'newly_failing'
    when before in ('failed', 'error') and after = 'passed' then 'fixed'
    when before <> after then 'status_changed'
    else 'unchanged'
  end
$$;
comment on function private.classify_change(text, text) is
  'What two statuses of a test mean together.';
revoke execute on function private.classify_change(text, text) from public, anon, authenticated, service_role;
grant execute on function private.classify_change(text, text) to authenticated;

create function private.list_final_results(run public.test_runs)
returns table (test_case_id uuid, iteration integer, iteration_name text, status text, duration_ms double precision, outcome jsonb)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select
    result.test_case_id, result.iteration, result.iteration_name, result.status, result.duration_ms,
    jsonb_build_object(
      'result_id', result.id, 'status', result.status, 'category', result.category,
      'error_message', result.error_message, 'duration_ms', result.duration_ms
    )
  from public.test_results as result
  where result.organization_id = run.organization_id and result.run_id = run.id
    and result.run_date = run.run_date and result.is_final;
end;
$$;
comment on function private.list_final_results(public.test_runs) is
  'Final results of a run, from its partition alone.';
revoke execute on function private.list_final_results(public.test_runs) from public, anon, authenticated, service_role;
grant execute on function private.list_final_results(public.test_runs) to authenticated;

create function private.compare_results(present public.test_runs, baseline public.test_runs, factor double precision, minimum_ms double precision)
returns table (key text, iteration integer, change text, speed text, item jsonb)
language sql
stable
set search_path = ''
as $$
  select
    test_case.key, compared.iteration, compared.change, compared.speed, jsonb_build_object(
      'test_case_id', test_case.id, 'suite_id', test_case.suite_id, 'key', test_case.key, 'name', test_case.name,
      'iteration', compared.iteration, 'iteration_name', compared.iteration_name, 'change', compared.change,
      'speed', compared.speed, 'duration_difference_ms', compared.duration_after - compared.duration_before,
      'duration_ratio', compared.duration_after / nullif(compared.duration_before, 0),
      'before', compared.outcome_before, 'after', compared.outcome_after
    )
  from (
    select
      coalesce(after.test_case_id, before.test_case_id) as test_case_id,
      coalesce(after.iteration, before.iteration) as iteration,
      coalesce(after.iteration_name, before.iteration_name) as iteration_name,
      before.outcome as outcome_before, after.outcome as outcome_after,
      before.duration_ms as duration_before, after.duration_ms as duration_after,
      private.classify_change(before.status, after.status) as change,
      case
        when before.status <> 'passed' or after.status <> 'passed' then null
        when after.duration_ms - before.duration_ms >= minimum_ms
          and after.duration_ms >= before.duration_ms * factor then 'slower'
        when before.duration_ms - after.duration_ms >= minimum_ms
          and before.duration_ms >= after.duration_ms * factor then 'faster'
      end as speed
    from private.list_final_results(present) as after
    full join private.list_final_results(baseline) as before
      on before.test_case_id = after.test_case_id and before.iteration = after.iteration
  ) as compared
  inner join public.test_cases as test_case on test_case.id = compared.test_case_id
$$;
comment on function private.compare_results(public.test_runs, public.test_runs, double precision, double precision) is
  'Every test and iteration of two runs; passed ones are slower or faster by both a factor and milliseconds.';
revoke execute on function private.compare_results(public.test_runs, public.test_runs, double precision, double precision) from public, anon, authenticated, service_role;
grant execute on function private.compare_results(public.test_runs, public.test_runs, double precision, double precision) to authenticated;

create function public.compare_test_runs(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  present public.test_runs;
  baseline public.test_runs;
  wanted text[] := private.read_texts(request -> 'changes');
  answer jsonb;
begin
  select * into present from public.test_runs where id = (request ->> 'run_id')::uuid;
  if present.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  baseline := private.choose_baseline(present, (request ->> 'with_run_id')::uuid);
  with compared as materialized (
    select * from private.compare_results(
      present, baseline, (request ->> 'factor')::double precision, (request ->> 'minimum_ms')::double precision
    )
  ),
  listed as (
    select compared.key, compared.iteration, compared.item
    from compared
    where (
        case when wanted is null then compared.change <> 'unchanged' or compared.speed is not null
          else array[compared.change, compared.speed] && wanted
        end
      )
      and coalesce((compared.key, compared.iteration) > (request ->> 'after_key', (request ->> 'after_iteration')::integer), true)
    order by compared.key, compared.iteration
    limit (request ->> 'limit')::integer
  )
  select jsonb_build_object(
    'run', private.run_document(present), 'baseline', private.run_document(baseline),
    'counts', (
      select jsonb_build_object(
        'newly_failing', count(*) filter (where compared.change = 'newly_failing'),
        'fixed', count(*) filter (where compared.change = 'fixed'),
        'still_failing', count(*) filter (where compared.change = 'still_failing'),
        'status_changed', count(*) filter (where compared.change = 'status_changed'),
        'added', count(*) filter (where compared.change = 'added'),
        'removed', count(*) filter (where compared.change = 'removed'),
        'unchanged', count(*) filter (where compared.change = 'unchanged'),
        'slower', count(*) filter (where compared.speed = 'slower'),
        'faster', count(*) filter (where compared.speed = 'faster')
      )
      from compared
    ),
    'items', (select coalesce(jsonb_agg(listed.item order by listed.key, listed.iteration), '[]') from listed)
  ) into answer;
  return answer;
end;
$$;
comment on function public.compare_test_runs(jsonb) is
  'Request {run_id, with_run_id, factor, minimum_ms, changes, after_key, after_iteration, limit}; answers {run, baseline, counts, items}.';
revoke execute on function public.compare_test_runs(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.compare_test_runs(jsonb) to authenticated;
