-- What people see of an execution context: tokens and captures that are marked as secret are masked.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.mask_names(named jsonb, hidden text[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(entry.key, case when entry.key = any (hidden) then '"***"' else entry.value end), '{}')
  from jsonb_each(named) as entry
$$;
comment on function private.mask_names(jsonb, text[]) is
  'An object with *** in place of the values that have one of these names.';
revoke execute on function private.mask_names(jsonb, text[]) from public, anon, authenticated, service_role;
grant execute on function private.mask_names(jsonb, text[]) to authenticated, service_role;

create function private.list_secret_captures(of_project_id uuid)
returns table (test_key text, target text, name text)
language sql
stable
set search_path = ''
as $$
  -- As the engine reads it: of headers and cookies without a path, `name` is what is read.
  select
    test_case.key,
    coalesce(capture.value ->> 'into', 'captured_data'),
    coalesce(
      case when capture.value ->> 'path' is not null
        or coalesce(capture.value ->> 'from', 'body') not in ('header', 'cookie') then capture.value ->> 'name' end,
      capture.key
    )
  from public.test_cases as test_case
  inner join public.test_response_specs as spec
    on spec.organization_id = test_case.organization_id and spec.test_case_id = test_case.id
  cross join lateral jsonb_each(spec.capture_vars) as capture
  where test_case.project_id = of_project_id
    and jsonb_typeof(capture.value) = 'object' and capture.value -> 'secret' = 'true'
$$;
comment on function private.list_secret_captures(uuid) is
  'The captures of a project that are marked as secret: key of the test, part of the context, name there.';
revoke execute on function private.list_secret_captures(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_secret_captures(uuid) to authenticated, service_role;

create function public.show_test_run_context(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with context as (
    select stored.*, run.project_id
    from public.test_execution_context as stored
    inner join public.test_runs as run
      on run.organization_id = stored.organization_id and run.id = stored.run_id and run.run_date = stored.run_date
    where stored.run_id = (request ->> 'run_id')::uuid
  ),

  secret as materialized (
    select hidden.* from context cross join lateral private.list_secret_captures(context.project_id) as hidden
  )

  select jsonb_build_object(
    'run_id', context.run_id,
    'shared_auth_tokens', private.mask_names(
      context.shared_auth_tokens, array(select jsonb_object_keys(context.shared_auth_tokens))
    ),
    'shared_variables', private.mask_names(
      context.shared_variables, array(select secret.name from secret where secret.target = 'shared_variables')
    ),
    'captured_data', context.captured_data || coalesce((
      select jsonb_object_agg(hidden.test_key, private.mask_names(context.captured_data -> hidden.test_key, hidden.names))
      from (
        select secret.test_key, array_agg(secret.name) as names
        from secret where secret.target = 'captured_data' group by secret.test_key
      ) as hidden
      where jsonb_typeof(context.captured_data -> hidden.test_key) = 'object'
    ), '{}'),
    'test_order', context.test_order, 'updated_at', context.updated_at
  )
  from context
$$;
comment on function public.show_test_run_context(jsonb) is
  'Request {run_id}; answers the execution context with *** for tokens and secret captures, or null.';
revoke execute on function public.show_test_run_context(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.show_test_run_context(jsonb) to authenticated;
