-- Parts of record_run_batch: name and timeline of a result; operator, place, difference and severity of an assertion.
-- Risk: none, functions are replaced. Pair: replace_record_run_batch_function.
set lock_timeout = '5s';

create or replace function private.store_batch_results(run public.test_runs, results jsonb)
returns uuid[]
language plpgsql
set search_path = ''
as $$
declare
  stored uuid[];
begin
  with inserted as (
    insert into public.test_results (
      id, organization_id, run_id, run_date, test_case_id, iteration, iteration_name, attempt_number, is_final, status,
      category, reason, error_message, started_at, completed_at, duration_ms, timeline, test_revision, captured_names
    )
    select
      result.id, run.organization_id, run.id, run.run_date, result.test_case_id, coalesce(result.iteration, 0),
      left(result.iteration_name, 500), coalesce(result.attempt_number, 1), coalesce(result.is_final, true),
      result.status, result.category, left(result.reason, 2000), left(result.error_message, 10000), result.started_at,
      coalesce(result.completed_at, now()), result.duration_ms, nullif(result.timeline, 'null'), result.test_revision,
      private.to_texts(result.captured)
    from rows from (
      jsonb_to_recordset(results) as (
        id uuid, test_case_id uuid, iteration integer, iteration_name text, attempt_number integer, is_final boolean,
        status text, category text, reason text, error_message text, started_at timestamptz, completed_at timestamptz,
        duration_ms double precision, timeline jsonb, test_revision integer, captured jsonb
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

create or replace function private.store_batch_evidence(run public.test_runs, results jsonb, stored_ids uuid[])
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
    result_id, run_date, position, organization_id, assertion_name, assertion_type, operator, path, expected_value,
    actual_value, diff, severity, passed, error_message
  )
  select
    result.id, run.run_date, item.place, run.organization_id, left(assertion.assertion_name, 500),
    assertion.assertion_type, left(assertion.operator, 50), left(assertion.path, 2000), assertion.expected_value,
    assertion.actual_value, left(assertion.diff, 65536), coalesce(assertion.severity, 'error'), assertion.passed,
    left(assertion.error_message, 10000)
  from jsonb_to_recordset(results) as result (id uuid, assertions jsonb)
  cross join lateral jsonb_array_elements(coalesce(nullif(result.assertions, 'null'), '[]'))
    with ordinality as item (assertion, place)
  cross join lateral jsonb_to_record(item.assertion) as assertion (
    assertion_name text, assertion_type text, operator text, path text, expected_value jsonb, actual_value jsonb,
    diff text, severity text, passed boolean, error_message text
  )
  where result.id = any (stored_ids);
end;
$$;
