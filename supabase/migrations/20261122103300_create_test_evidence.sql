-- Evidence of results: request, response and assertions; partitioned like the results.
-- Risk: none, new tables only.
set lock_timeout = '5s';

create table public.test_result_details (
  result_id uuid not null,
  run_date date not null,
  organization_id uuid not null,
  request_method text,
  request_url text,
  request_headers jsonb,
  request_query jsonb,
  request_body text,
  response_status integer,
  response_headers jsonb,
  response_body text,
  response_time_ms double precision,
  timing_phases jsonb,
  assertions_passed integer not null default 0,
  assertions_failed integer not null default 0,
  captured_variables jsonb,
  constraint test_result_details_pkey primary key (result_id, run_date),
  constraint test_result_details_result_id_fkey foreign key (result_id, run_date)
    references public.test_results (id, run_date) on delete cascade,
  constraint test_result_details_request_method_check check (char_length(request_method) <= 32),
  constraint test_result_details_size_check check (
    coalesce(pg_column_size(request_headers), 0) + coalesce(pg_column_size(request_query), 0)
    + coalesce(pg_column_size(response_headers), 0) + coalesce(pg_column_size(timing_phases), 0)
    + coalesce(pg_column_size(captured_variables), 0) <= 16777216
  ),
  constraint test_result_details_request_url_check check (char_length(request_url) <= 8192),
  constraint test_result_details_request_body_check check (char_length(request_body) <= 1048576),
  constraint test_result_details_response_body_check check (char_length(response_body) <= 1048576)
)
partition by range (run_date);
comment on table public.test_result_details is 'What was sent and received in one attempt, redacted and cut to size.';
comment on column public.test_result_details.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.test_result_details.request_headers is 'Name of the header -> value, redacted.';
comment on column public.test_result_details.request_query is 'Name of the parameter -> value, redacted.';
comment on column public.test_result_details.response_status is 'HTTP status code; null when no answer came.';
comment on column public.test_result_details.response_headers is 'Name of the header -> value, redacted.';
comment on column public.test_result_details.assertions_passed is 'How many.';
comment on column public.test_result_details.assertions_failed is 'How many.';
comment on column public.test_result_details.captured_variables is 'Name of the captured value -> value, redacted.';
comment on column public.test_result_details.timing_phases is 'Phase of the exchange -> milliseconds.';

create table public.assertion_results (
  result_id uuid not null,
  run_date date not null,
  position integer not null,
  organization_id uuid not null,
  assertion_name text not null,
  assertion_type text not null,
  expected_value jsonb,
  actual_value jsonb,
  passed boolean not null,
  error_message text,
  constraint assertion_results_pkey primary key (result_id, run_date, position),
  constraint assertion_results_result_id_fkey foreign key (result_id, run_date)
    references public.test_results (id, run_date) on delete cascade,
  constraint assertion_results_assertion_name_check check (char_length(assertion_name) <= 500),
  constraint assertion_results_assertion_type_check
    check (assertion_type in ('status-code', 'header', 'body', 'schema', 'response-time', 'custom')),
  constraint assertion_results_size_check check (
    coalesce(pg_column_size(expected_value), 0) + coalesce(pg_column_size(actual_value), 0) <= 16777216
  ),
  constraint assertion_results_error_message_check check (char_length(error_message) <= 10000)
)
partition by range (run_date);
comment on table public.assertion_results is 'Outcome of one assertion of one attempt.';
comment on column public.assertion_results.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.assertion_results.expected_value is 'What the test asked for, cut to size.';
comment on column public.assertion_results.actual_value is 'What came, redacted and cut to size.';
comment on column public.assertion_results.position is 'Place among the assertions of the attempt, from 1.';

alter table public.test_result_details enable row level security;
revoke all on table public.test_result_details from public, anon, authenticated, service_role;
grant select on table public.test_result_details to authenticated;
grant select, insert, update, delete on table public.test_result_details to service_role;

create policy test_result_details_select_member on public.test_result_details
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_result_details_select_member on public.test_result_details is 'Members read the details of the results of their organizations.';

alter table public.assertion_results enable row level security;
revoke all on table public.assertion_results from public, anon, authenticated, service_role;
grant select on table public.assertion_results to authenticated;
grant select, insert, update, delete on table public.assertion_results to service_role;

create policy assertion_results_select_member on public.assertion_results
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy assertion_results_select_member on public.assertion_results is 'Members read the assertion results of their organizations.';

create function private.refuse_foreign_evidence()
returns trigger
language plpgsql
set search_path = ''
-- Batches are small beside the results: always look each result up by its key.
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  perform from added_evidence as added
  inner join public.test_results as result
    on result.id = added.result_id and result.run_date = added.run_date
  where result.organization_id <> added.organization_id;
  if found then
    raise foreign_key_violation using
      message = 'evidence belongs to the organization of its result',
      table = tg_table_name;
  end if;
  return null;
end;
$$;
comment on function private.refuse_foreign_evidence() is
  'Keeps evidence with the tenant of its result, without one more wide index on every result.';
revoke execute on function private.refuse_foreign_evidence() from public, anon, authenticated, service_role;

create trigger test_result_details_refuse_foreign
  after insert on public.test_result_details
  referencing new table as added_evidence
  for each statement execute function private.refuse_foreign_evidence();
comment on trigger test_result_details_refuse_foreign on public.test_result_details is 'Refuses evidence of another tenant.';

create trigger test_result_details_refuse_foreign_on_update
  after update on public.test_result_details
  referencing new table as added_evidence
  for each statement execute function private.refuse_foreign_evidence();
comment on trigger test_result_details_refuse_foreign_on_update on public.test_result_details is 'Refuses evidence of another tenant.';

create trigger assertion_results_refuse_foreign
  after insert on public.assertion_results
  referencing new table as added_evidence
  for each statement execute function private.refuse_foreign_evidence();
comment on trigger assertion_results_refuse_foreign on public.assertion_results is 'Refuses evidence of another tenant.';

create trigger assertion_results_refuse_foreign_on_update
  after update on public.assertion_results
  referencing new table as added_evidence
  for each statement execute function private.refuse_foreign_evidence();
comment on trigger assertion_results_refuse_foreign_on_update on public.assertion_results is 'Refuses evidence of another tenant.';
