-- Announces which values of an execution context changed, never the values.
-- Risk: one comparison per statement that updates contexts.
set lock_timeout = '5s';

create function private.list_changed_keys(old_value jsonb, new_value jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(pair.key order by pair.key), '[]')
  from jsonb_each(new_value) as pair
  where pair.value is distinct from old_value -> pair.key
$$;
comment on function private.list_changed_keys(jsonb, jsonb) is
  'Keys that are new or have another value.';
revoke execute on function private.list_changed_keys(jsonb, jsonb) from public, anon, authenticated, service_role;

create function private.announce_context_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  changed record;
begin
  for changed in
    select new_context.run_id, jsonb_build_object(
      'shared_auth_tokens', private.list_changed_keys(old_context.shared_auth_tokens, new_context.shared_auth_tokens),
      'shared_variables', private.list_changed_keys(old_context.shared_variables, new_context.shared_variables),
      'captured_data', private.list_changed_keys(old_context.captured_data, new_context.captured_data)
    ) as names
    from new_contexts as new_context
    inner join old_contexts as old_context on old_context.id = new_context.id
    order by new_context.run_id
  loop
    if jsonb_path_exists(changed.names, '$.*[*]') then
      perform private.announce(
        changed.run_id,
        jsonb_build_array(private.build_event('context_updated', clock_timestamp(), changed.names))
      );
    end if;
  end loop;
  return null;
end;
$$;
comment on function private.announce_context_changes() is
  'Definer: whoever changed the context, the message goes out.';
revoke execute on function private.announce_context_changes() from public, anon, authenticated, service_role;

create trigger test_execution_context_announce
  after update on public.test_execution_context
  referencing old table as old_contexts new table as new_contexts
  for each statement execute function private.announce_context_changes();
comment on trigger test_execution_context_announce on public.test_execution_context is 'Announces context_updated with names only.';
