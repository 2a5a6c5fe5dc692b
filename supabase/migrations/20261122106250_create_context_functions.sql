-- Execution context: read it, and merge into it safely under concurrent writers.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function public.get_test_run_context(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'run_id', context.run_id, 'shared_auth_tokens', context.shared_auth_tokens,
    'shared_variables', context.shared_variables, 'captured_data', context.captured_data,
    'test_order', context.test_order, 'last_written', context.last_written, 'updated_at', context.updated_at
  )
  from public.test_execution_context as context
  where context.run_id = (request ->> 'run_id')::uuid
$$;
comment on function public.get_test_run_context(jsonb) is
  'Request {run_id}; answers the execution context, or null.';
revoke execute on function public.get_test_run_context(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_test_run_context(jsonb) to authenticated, service_role;

create function private.merge_captured_data(captured jsonb, delta jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select captured || coalesce(
    jsonb_object_agg(test.key, case
      when jsonb_typeof(test.value) = 'object' and jsonb_typeof(captured -> test.key) = 'object'
        then (captured -> test.key) || test.value
      else test.value
    end),
    '{}'
  )
  from jsonb_each(delta) as test
$$;
comment on function private.merge_captured_data(jsonb, jsonb) is
  'Merges captured values, key by key within each test.';
revoke execute on function private.merge_captured_data(jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.merge_captured_data(jsonb, jsonb) to service_role;

create function private.merge_test_order(test_order text[], delta text[])
returns text[]
language sql
immutable
set search_path = ''
as $$
  select test_order || coalesce(array_agg(added.key order by added.place), '{}')
  from (
    select item.key, min(item.place) as place
    from unnest(delta) with ordinality as item (key, place)
    where item.key <> all (test_order)
    group by item.key
  ) as added
$$;
comment on function private.merge_test_order(text[], text[]) is
  'Appends the keys that are new.';
revoke execute on function private.merge_test_order(text[], text[]) from public, anon, authenticated, service_role;
grant execute on function private.merge_test_order(text[], text[]) to service_role;

create function private.note_writer(last_written jsonb, section text, delta jsonb, stamp jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case delta
    when '{}' then last_written
    else last_written || jsonb_build_object(section, coalesce(last_written -> section, '{}') || (
      select jsonb_object_agg(item.key, stamp) from jsonb_object_keys(delta) as item (key)
    ))
  end
$$;
comment on function private.note_writer(jsonb, text, jsonb, jsonb) is
  'Puts the stamp at every key that a delta writes in one section of the context.';
revoke execute on function private.note_writer(jsonb, text, jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.note_writer(jsonb, text, jsonb, jsonb) to service_role;

create function private.merge_into_context(target_run_id uuid, delta jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  tokens jsonb := coalesce(nullif(delta -> 'shared_auth_tokens', 'null'), '{}');
  variables jsonb := coalesce(nullif(delta -> 'shared_variables', 'null'), '{}');
  captured jsonb := coalesce(nullif(delta -> 'captured_data', 'null'), '{}');
  keys text[] := array(select jsonb_array_elements_text(coalesce(nullif(delta -> 'test_order', 'null'), '[]')));
  writer text;
  stamp jsonb;
begin
  -- The run before its context, as everywhere: announcing the change needs the run, too.
  select coalesce(delta ->> 'writer', run.worker_id) into writer
  from public.test_runs as run where run.id = target_run_id for no key update;
  -- Only now: whoever waited for the run writes later than whoever had it.
  stamp := jsonb_build_object('by', left(writer, 200), 'at', clock_timestamp());
  -- A column without news keeps its stored value, which may be large, instead of an equal copy.
  update public.test_execution_context as context set
    shared_auth_tokens = case tokens when '{}' then context.shared_auth_tokens
      else context.shared_auth_tokens || tokens end,
    shared_variables = case variables when '{}' then context.shared_variables
      else context.shared_variables || variables end,
    captured_data = case captured when '{}' then context.captured_data
      else private.merge_captured_data(context.captured_data, captured) end,
    test_order = private.merge_test_order(context.test_order, keys),
    last_written = private.note_writer(
      private.note_writer(
        private.note_writer(context.last_written, 'shared_auth_tokens', tokens, stamp),
        'shared_variables', variables, stamp
      ),
      'captured_data', captured, stamp
    )
  where context.run_id = target_run_id
    and (tokens <> '{}' or variables <> '{}' or captured <> '{}' or keys <> '{}');
end;
$$;
comment on function private.merge_into_context(uuid, jsonb) is
  'Merges a delta into the context of a run, key by key; the last writer of a key wins and is noted.';
revoke execute on function private.merge_into_context(uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.merge_into_context(uuid, jsonb) to service_role;

create function public.update_test_run_context(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  context jsonb;
begin
  perform private.merge_into_context((request ->> 'run_id')::uuid, request);
  context := public.get_test_run_context(request);
  if context is null then
    perform private.refuse('404', 'context not found', null, 'not_found');
  end if;
  return context;
end;
$$;
comment on function public.update_test_run_context(jsonb) is
  'Request {run_id, writer, shared_auth_tokens, shared_variables, captured_data, test_order}: merges, the last writer of a key wins; answers the context.';
revoke execute on function public.update_test_run_context(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.update_test_run_context(jsonb) to service_role;
