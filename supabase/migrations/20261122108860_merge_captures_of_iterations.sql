-- Captures of a test that iterates are lists; each iteration writes its own place in them.
-- Risk: none, functions are replaced and added.
set lock_timeout = '5s';

create function private.place_items(list jsonb, items jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_agg(coalesce(items -> place::text, known.list -> place, 'null') order by place)
  from (select case jsonb_typeof(list) when 'array' then list else '[]' end as list) as known
  cross join lateral generate_series(
    0,
    greatest(
      jsonb_array_length(known.list) - 1,
      (select max(item.place::integer) from jsonb_object_keys(items) as item (place))
    )
  ) as place
$$;
comment on function private.place_items(jsonb, jsonb) is
  'Puts items, given by their index, into a list; places between that nothing is known of are null.';
revoke execute on function private.place_items(jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.place_items(jsonb, jsonb) to service_role;

create function private.merge_captured_items(captured jsonb, delta jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select captured || coalesce(jsonb_object_agg(test.key, private.to_object(captured -> test.key) || test.lists), '{}')
  from (
    select entry.key, jsonb_object_agg(name.key, private.place_items(captured -> entry.key -> name.key, name.value)) as lists
    from jsonb_each(delta) as entry
    cross join lateral jsonb_each(entry.value) as name
    group by entry.key
  ) as test
$$;
comment on function private.merge_captured_items(jsonb, jsonb) is
  'Merges captures of iterations: test -> name -> index -> value.';
revoke execute on function private.merge_captured_items(jsonb, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.merge_captured_items(jsonb, jsonb) to service_role;

create or replace function private.merge_into_context(target_run_id uuid, delta jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  tokens jsonb := private.to_object(delta -> 'shared_auth_tokens');
  variables jsonb := private.to_object(delta -> 'shared_variables');
  captured jsonb := private.to_object(delta -> 'captured_data');
  items jsonb := private.to_object(delta -> 'captured_items');
  keys text[] := private.to_texts(delta -> 'test_order');
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
    captured_data = case captured || items when '{}' then context.captured_data
      else private.merge_captured_items(private.merge_captured_data(context.captured_data, captured), items) end,
    test_order = private.merge_test_order(context.test_order, keys),
    version = context.version + 1,
    last_written = private.note_writer(
      private.note_writer(
        private.note_writer(context.last_written, 'shared_auth_tokens', tokens, stamp),
        'shared_variables', variables, stamp
      ),
      'captured_data', captured || items, stamp
    )
  where context.run_id = target_run_id
    and (tokens <> '{}' or variables <> '{}' or captured <> '{}' or items <> '{}' or keys <> '{}');
end;
$$;

comment on function public.update_test_run_context(jsonb) is
  'Request {run_id, writer, shared_auth_tokens, shared_variables, captured_data, captured_items, test_order}: merges, the last writer of a key wins; answers the context.';
