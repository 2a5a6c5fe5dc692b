-- Execution contexts hold tokens in plain text: members see them masked, through show_test_run_context alone.
-- Risk: whoever read the table or get_test_run_context with a user's token is refused from now on.
set lock_timeout = '5s';

revoke select on table public.test_execution_context from authenticated;
revoke execute on function public.get_test_run_context(jsonb) from authenticated;

create function private.show_test_run_context(wanted_run_id uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  with context as (
    select stored.*, run.project_id
    from public.test_execution_context as stored
    inner join public.test_runs as run
      on run.organization_id = stored.organization_id and run.id = stored.run_id and run.run_date = stored.run_date
    where stored.run_id = wanted_run_id
      and stored.organization_id = any (array(select private.my_orgs('viewer')))
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
comment on function private.show_test_run_context(uuid) is
  'Definer: reads what the caller may see only masked; null for a run of an organization that they do not belong to.';
revoke execute on function private.show_test_run_context(uuid) from public, anon, authenticated, service_role;
grant execute on function private.show_test_run_context(uuid) to authenticated;

create function public.show_test_run_context(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.show_test_run_context((request ->> 'run_id')::uuid)
$$;
comment on function public.show_test_run_context(jsonb) is
  'Request {run_id}; answers the execution context with *** for tokens and secret captures, or null.';
revoke execute on function public.show_test_run_context(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.show_test_run_context(jsonb) to authenticated;
