-- create_test_case, in terms of its parts.
-- Risk: none, a function is replaced. Pair: create_test_case_parts.
set lock_timeout = '5s';

create or replace function public.create_test_case(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  suite public.test_suites;
  new_id uuid;
begin
  select * into suite from public.test_suites where id = (request ->> 'suite_id')::uuid;
  if not found then
    perform private.refuse('404', 'suite not found', null, 'not_found');
  end if;
  insert into public.test_cases (
    suite_id, endpoint_id, key, name, description, order_index, enabled, timeout_ms, retry_count, tags, phase, locks,
    retry, poll, iterate
  )
  values (
    suite.id,
    private.upsert_endpoint(suite.project_id, request -> 'endpoint'),
    coalesce(
      request ->> 'key', left(trim(both '-' from regexp_replace(lower(request ->> 'name'), '[^a-z0-9]+', '-', 'g')), 63)
    ),
    request ->> 'name',
    request ->> 'description',
    coalesce((request ->> 'order_index')::integer, 0),
    coalesce((request ->> 'enabled')::boolean, true),
    coalesce((request ->> 'timeout_ms')::integer, 30000),
    coalesce((request ->> 'retry_count')::integer, 0),
    private.to_texts(request -> 'tags'),
    coalesce(request ->> 'phase', 'test'),
    private.to_texts(request -> 'locks'),
    nullif(request -> 'retry', 'null'),
    nullif(request -> 'poll', 'null'),
    nullif(request -> 'iterate', 'null')
  )
  returning id into new_id;
  perform private.add_request_config(new_id, private.to_object(request -> 'request'));
  perform private.add_response_spec(new_id, private.to_object(request -> 'response'));
  perform private.refuse_unknown_fixtures(new_id);
  perform private.add_dependencies(
    new_id, suite.project_id, coalesce(nullif(request -> 'dependencies', 'null'), '[]')
  );
  return public.get_test_case(jsonb_build_object('test_case_id', new_id));
end;
$$;
