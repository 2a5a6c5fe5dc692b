-- Helpers of what people see of an execution context: which captures are secret, and masking them.
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
