-- What a saved search selects for a run: tests by what they are, and by how they ended last.
-- Risk: none, new functions only. Pair: prepare_run_selections.
set lock_timeout = '5s';

create function private.ended_last_as(test_case public.test_cases, filters jsonb)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from (
      select history.run_id, history.run_date
      from public.test_run_history as history
      where history.organization_id = test_case.organization_id and history.test_case_id = test_case.id
        and coalesce(history.environment_id = any (nullif(private.read_ids(filters -> 'environment_ids'), '{}')), true)
        and coalesce(history.recorded_at >= (filters ->> 'since')::timestamptz, true)
        and coalesce(history.recorded_at < (filters ->> 'until')::timestamptz, true)
      order by history.run_date desc, history.recorded_at desc
      limit 1
    ) as latest
    inner join public.test_run_history as ended
      on ended.run_id = latest.run_id and ended.test_case_id = test_case.id and ended.run_date = latest.run_date
    left join public.test_results as result
      on result.run_id = ended.run_id and result.test_case_id = ended.test_case_id
        and result.iteration = ended.iteration and result.run_date = ended.run_date and result.is_final
    where coalesce(ended.status = any (nullif(private.read_texts(filters -> 'statuses'), '{}')), true)
      and (
        nullif(private.read_texts(filters -> 'categories'), '{}') is null
        or result.category = any (private.read_texts(filters -> 'categories'))
      )
  )
$$;
comment on function private.ended_last_as(public.test_cases, jsonb) is
  'Whether an iteration of the newest run of a test, in these environments and this time, ended with such a status and category.';
revoke execute on function private.ended_last_as(public.test_cases, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.ended_last_as(public.test_cases, jsonb) to authenticated, service_role;

create function private.list_searched_tests(in_project_id uuid, filters jsonb)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  suite_ids uuid[] := nullif(private.read_ids(filters -> 'suite_ids'), '{}');
  wanted_tags text[] := nullif(private.read_texts(filters -> 'tags'), '{}');
  wanted text := lower(filters ->> 'text');
  asks_for_results boolean := exists (
    select from jsonb_each(jsonb_strip_nulls(filters)) as given
    where given.key in ('environment_ids', 'statuses', 'categories', 'since', 'until') and given.value <> '[]'
  );
begin
  if (filters ->> 'project_id')::uuid <> in_project_id then
    return '{}';
  end if;
  return coalesce((
    select array_agg(test_case.id)
    from public.test_cases as test_case
    where test_case.project_id = in_project_id
      and (suite_ids is null or test_case.suite_id = any (suite_ids))
      and (wanted_tags is null or test_case.tags && wanted_tags)
      and (wanted is null or position(
        wanted in lower(concat_ws(' ', test_case.key, test_case.name, test_case.description))
      ) > 0)
      and (not asks_for_results or private.ended_last_as(test_case, filters))
  ), '{}');
end;
$$;
comment on function private.list_searched_tests(uuid, jsonb) is
  'Tests of a project that the filters of a saved search name; statuses and categories mean the newest result.';
revoke execute on function private.list_searched_tests(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.list_searched_tests(uuid, jsonb) to authenticated, service_role;
