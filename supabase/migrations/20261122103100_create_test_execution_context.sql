-- Execution context: what the tests of one run share; gone a day after the run.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.test_execution_context (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  run_id uuid not null,
  run_date date not null,
  shared_auth_tokens jsonb not null default '{}',
  shared_variables jsonb not null default '{}',
  captured_data jsonb not null default '{}',
  test_order text[] not null default '{}',
  last_written jsonb not null default '{}',
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_execution_context_pkey primary key (id),
  constraint test_execution_context_run_id_fkey foreign key (organization_id, run_id, run_date)
    references public.test_runs (organization_id, id, run_date) on delete cascade,
  constraint test_execution_context_object_check check (
    jsonb_typeof(shared_auth_tokens) = 'object' and jsonb_typeof(shared_variables) = 'object'
    and jsonb_typeof(captured_data) = 'object' and jsonb_typeof(last_written) = 'object'
  ),
  constraint test_execution_context_test_order_check check (pg_column_size(test_order) <= 2097152)
);
comment on table public.test_execution_context is 'What the tests of one run share: tokens, variables, captured data, order of completion.';
comment on column public.test_execution_context.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.test_execution_context.shared_auth_tokens is 'Name of the token -> token; never announced, never in results.';
comment on column public.test_execution_context.shared_variables is 'Name of the variable -> value.';
comment on column public.test_execution_context.test_order is 'Keys of the tests in the order in which they ended.';
comment on column public.test_execution_context.captured_data is 'Key of the test -> name of the value -> value.';
comment on column public.test_execution_context.last_written is
  'Column -> key -> {by, at}: which worker wrote the value last, and when.';
comment on column public.test_execution_context.expires_at is 'When the retention of the organization lets it go; null while it runs.';
create unique index idx_test_execution_context_run_id on public.test_execution_context (run_id);
create index test_execution_context_organization_id_run_id_idx
  on public.test_execution_context (organization_id, run_id, run_date);
create index test_execution_context_expires_at_idx
  on public.test_execution_context (expires_at) where expires_at is not null;

alter table public.test_execution_context enable row level security;
revoke all on table public.test_execution_context from public, anon, authenticated, service_role;
grant select on table public.test_execution_context to authenticated;
grant select, insert, update, delete on table public.test_execution_context to service_role;

create policy test_execution_context_select_member on public.test_execution_context
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_execution_context_select_member on public.test_execution_context is 'Members read the contexts of the runs of their organizations.';

create function private.measure_jsonb(value jsonb)
returns integer
language sql
immutable
set search_path = ''
as $$
  -- Of a stored value pg_column_size tells the compressed size; the concatenation is never compressed.
  select pg_column_size(value || '{}')
$$;
comment on function private.measure_jsonb(jsonb) is
  'Bytes of an object, the same whether it was stored already or not.';
revoke execute on function private.measure_jsonb(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.measure_jsonb(jsonb) to service_role;

create function private.count_captured(captured_data jsonb)
returns bigint
language sql
immutable
set search_path = ''
as $$
  select coalesce(sum(
    case when jsonb_typeof(test.captured) = 'object'
      then (select count(*) from jsonb_object_keys(test.captured)) else 1
    end
  ), 0)
  from jsonb_each(captured_data) as test (key, captured)
$$;
comment on function private.count_captured(jsonb) is
  'Values captured by all tests together.';
revoke execute on function private.count_captured(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.count_captured(jsonb) to service_role;

create function private.check_context_limit(measured bigint, allowed bigint, unit text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if measured > allowed then
    raise sqlstate 'PT422' using
      message = 'execution context is full',
      detail = format('%s %s, at most %s are allowed', measured, unit, allowed),
      hint = 'context_limit_exceeded';
  end if;
end;
$$;
comment on function private.check_context_limit(bigint, bigint, text) is
  'Refuses a measure above its limit, naming both.';
revoke execute on function private.check_context_limit(bigint, bigint, text) from public, anon, authenticated, service_role;
grant execute on function private.check_context_limit(bigint, bigint, text) to service_role;

create function private.check_context_limits()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_context_limit(
    private.measure_jsonb(new.shared_auth_tokens) + private.measure_jsonb(new.shared_variables)
    + private.measure_jsonb(new.captured_data), 10 * 1024 * 1024, 'bytes of tokens, variables and captured values'
  );
  perform private.check_context_limit(
    (select count(*) from jsonb_object_keys(new.shared_variables)), 1000, 'shared variables'
  );
  perform private.check_context_limit(private.count_captured(new.captured_data), 5000, 'captured values');
  return new;
end;
$$;
comment on function private.check_context_limits() is
  'Keeps a context within 10 MB, 1000 shared variables and 5000 captured values.';
revoke execute on function private.check_context_limits() from public, anon, authenticated, service_role;

create trigger test_execution_context_check_limits
  before insert or update of shared_auth_tokens, shared_variables, captured_data on public.test_execution_context
  for each row execute function private.check_context_limits();
comment on trigger test_execution_context_check_limits on public.test_execution_context is 'Keeps a context within its limits.';

create trigger test_execution_context_set_updated_at
  before update on public.test_execution_context
  for each row execute function private.set_updated_at();
comment on trigger test_execution_context_set_updated_at on public.test_execution_context is 'Keeps updated_at current.';
