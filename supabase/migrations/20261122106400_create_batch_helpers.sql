-- Parts of record_run_batch: results, evidence and tests in flight, each set-based and repeatable.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.lock_claimed_run(run_id uuid, expected_worker_id text)
returns public.test_runs
language plpgsql
set search_path = ''
as $$
declare
  run public.test_runs;
begin
  select * into run from public.test_runs where id = lock_claimed_run.run_id for no key update;
  if not found then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  if run.worker_id is distinct from expected_worker_id and run.worker_id is not null then
    perform private.refuse(
      '409', 'run claimed by another worker', null, 'run_claimed_by_another_worker'
    );
  end if;
  return run;
end;
$$;
comment on function private.lock_claimed_run(uuid, text) is
  'Locks a run for its worker until commit.';
revoke execute on function private.lock_claimed_run(uuid, text) from public, anon, authenticated, service_role;
grant execute on function private.lock_claimed_run(uuid, text) to service_role;

create function private.store_batch_results(run public.test_runs, results jsonb)
returns uuid[]
language plpgsql
set search_path = ''
as $$
declare
  stored uuid[];
begin
  with inserted as (
    insert into public.test_results (
      id, organization_id, run_id, run_date, test_case_id, iteration, attempt_number, is_final, status, category,
      reason, error_message, started_at, completed_at, duration_ms, test_revision, captured_names
    )
    select
      result.id, run.organization_id, run.id, run.run_date, result.test_case_id, coalesce(result.iteration, 0),
      coalesce(result.attempt_number, 1), coalesce(result.is_final, true), result.status, result.category,
      left(result.reason, 2000), left(result.error_message, 10000), result.started_at,
      coalesce(result.completed_at, now()), result.duration_ms, result.test_revision,
      array(select jsonb_array_elements_text(coalesce(nullif(result.captured, 'null'), '[]')))
    from rows from (
      jsonb_to_recordset(results) as (
        id uuid, test_case_id uuid, iteration integer, attempt_number integer, is_final boolean, status text,
        category text, reason text, error_message text, started_at timestamptz, completed_at timestamptz,
        duration_ms double precision, test_revision integer, captured jsonb
      )
    ) with ordinality as result
    -- A test that was deleted while the run went on has nowhere to be recorded.
    inner join public.test_cases as test_case
      on test_case.id = result.test_case_id and test_case.project_id = run.project_id
    order by result.ordinality
    on conflict do nothing
    returning id
  )
  select coalesce(array_agg(inserted.id), '{}') into stored from inserted;
  return stored;
end;
$$;
comment on function private.store_batch_results(public.test_runs, jsonb) is
  'Stores the results that are not stored yet and returns their ids.';
revoke execute on function private.store_batch_results(public.test_runs, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.store_batch_results(public.test_runs, jsonb) to service_role;

create function private.store_batch_evidence(run public.test_runs, results jsonb, stored_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into public.test_result_details (
    result_id, run_date, organization_id, request_method, request_url, request_headers, request_query, request_body,
    response_status, response_headers, response_body, response_time_ms, timing_phases, assertions_passed,
    assertions_failed, captured_variables
  )
  select
    result.id, run.run_date, run.organization_id, detail.request_method, left(detail.request_url, 8192),
    detail.request_headers, detail.request_query, left(detail.request_body, 1048576), detail.response_status,
    detail.response_headers, left(detail.response_body, 1048576), detail.response_time_ms, detail.timing_phases,
    coalesce(detail.assertions_passed, 0), coalesce(detail.assertions_failed, 0), detail.captured_variables
  from jsonb_to_recordset(results) as result (id uuid, details jsonb)
  cross join lateral jsonb_to_record(result.details) as detail (
    request_method text, request_url text, request_headers jsonb, request_query jsonb, request_body text,
    response_status integer, response_headers jsonb, response_body text, response_time_ms double precision,
    timing_phases jsonb, assertions_passed integer, assertions_failed integer, captured_variables jsonb
  )
  where result.id = any (stored_ids) and jsonb_typeof(result.details) = 'object';

  insert into public.assertion_results (
    result_id, run_date, position, organization_id, assertion_name, assertion_type, expected_value, actual_value,
    passed, error_message
  )
  select
    result.id, run.run_date, item.place, run.organization_id, left(assertion.assertion_name, 500),
    assertion.assertion_type, assertion.expected_value, assertion.actual_value, assertion.passed,
    left(assertion.error_message, 10000)
  from jsonb_to_recordset(results) as result (id uuid, assertions jsonb)
  cross join lateral jsonb_array_elements(coalesce(nullif(result.assertions, 'null'), '[]'))
    with ordinality as item (assertion, place)
  cross join lateral jsonb_to_record(item.assertion) as assertion (
    assertion_name text, assertion_type text, expected_value jsonb, actual_value jsonb, passed boolean,
    error_message text
  )
  where result.id = any (stored_ids);
end;
$$;
comment on function private.store_batch_evidence(public.test_runs, jsonb, uuid[]) is
  'Stores request, response and assertions of the results that were new.';
revoke execute on function private.store_batch_evidence(public.test_runs, jsonb, uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.store_batch_evidence(public.test_runs, jsonb, uuid[]) to service_role;

create function private.merge_running_tests(run public.test_runs, reported jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(test.entry order by test.entry ->> 'started_at', test.entry ->> 'key'), '[]')
    from (
      select distinct on (item.value -> 'test_case_id', coalesce(item.value -> 'iteration', '0'))
        jsonb_build_object(
          'test_case_id', item.value -> 'test_case_id', 'key', item.value -> 'key', 'name', item.value -> 'name',
          'iteration', coalesce(item.value -> 'iteration', '0'), 'started_at', item.value -> 'started_at'
        ) as entry
      from jsonb_array_elements(reported || run.running_tests) with ordinality as item
      order by item.value -> 'test_case_id', coalesce(item.value -> 'iteration', '0'), item.ordinality
    ) as test
    where not exists (
      select from public.test_results as result
      where result.run_id = run.id and result.run_date = run.run_date and result.is_final
        and result.test_case_id = (test.entry ->> 'test_case_id')::uuid
        and result.iteration = (test.entry ->> 'iteration')::integer
    )
  );
end;
$$;
comment on function private.merge_running_tests(public.test_runs, jsonb) is
  'Tests reported now or announced before that have no final result: so each start is announced once, whoever runs it.';
revoke execute on function private.merge_running_tests(public.test_runs, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.merge_running_tests(public.test_runs, jsonb) to service_role;
