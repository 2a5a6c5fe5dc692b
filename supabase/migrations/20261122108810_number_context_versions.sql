-- Execution contexts count their changes, so that a copy of one can be told from a newer one.
-- Risk: a short exclusive lock on test_execution_context, nothing is read or rewritten.
set lock_timeout = '5s';

alter table public.test_execution_context
  add column version bigint not null default 0;
comment on column public.test_execution_context.version is 'Grows with every change; each is made under the lock of the run.';

create or replace function public.get_test_run_context(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'run_id', context.run_id, 'shared_auth_tokens', context.shared_auth_tokens,
    'shared_variables', context.shared_variables, 'captured_data', context.captured_data,
    'test_order', context.test_order, 'last_written', context.last_written, 'updated_at', context.updated_at,
    'version', context.version, 'expires_at', context.expires_at
  )
  from public.test_execution_context as context
  where context.run_id = (request ->> 'run_id')::uuid
    and (context.expires_at is null or context.expires_at > now())
$$;
comment on function public.get_test_run_context(jsonb) is
  'Request {run_id}; answers the execution context, or null when there is none or its time is up.';
