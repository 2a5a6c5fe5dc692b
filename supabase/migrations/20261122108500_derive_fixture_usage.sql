-- Fixture usage follows from what a case says: its iterations, its templates and the files that it sends.
-- Risk: two small queries per case that is written.
set lock_timeout = '5s';

create function private.list_fixture_names(document jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array(
    select coalesce(found.match[1], found.match[2])
    from regexp_matches(document::text, '\{\{[^{}]*\}\}', 'g') as template (texts)
    cross join lateral regexp_matches(
      -- A quote within a JSON text is escaped there.
      replace(template.texts[1], '\"', '"'),
      '(?<![.\w"''])fixture\s*(?:\.\s*([A-Za-z0-9_$-]+)|\.?\s*\[?\s*["'']([^"'']+)["''])', 'g'
    ) as found (match)
    union
    select file.value #>> '{}'
    from jsonb_path_query(document, '$.request ? (@.body_type == "form-data").body.*.fixture') as file (value)
  )
$$;
comment on function private.list_fixture_names(jsonb) is
  'Names of fixtures that the templates of a document use, and its request as content of files.';
revoke execute on function private.list_fixture_names(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.list_fixture_names(jsonb) to authenticated, service_role;

create function private.list_used_fixtures(test_case_id uuid)
returns table (name text, how text)
language sql
stable
set search_path = ''
as $$
  select used.name, min(used.how)
  from public.test_cases as test_case
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  cross join lateral (
    -- A list within a fixture, such as catalog.products, is of the fixture that its path begins with.
    select coalesce(
      (
        select fixture.name from public.test_data_fixtures as fixture
        where fixture.project_id = test_case.project_id and fixture.name = test_case.iterate ->> 'fixture'
      ),
      substring(test_case.iterate ->> 'fixture' from '^[^.[]+')
    ) as name, 'iterate' as how
    union all
    select referred.name, 'reference' as how
    from unnest(private.list_fixture_names(jsonb_build_object(
      'iterate', test_case.iterate, 'poll', test_case.poll, 'request', to_jsonb(config), 'response', to_jsonb(spec)
    ))) as referred (name)
  ) as used
  where test_case.id = list_used_fixtures.test_case_id and used.name is not null
  group by used.name
$$;
comment on function private.list_used_fixtures(uuid) is
  'Names of the fixtures that a case iterates over or refers to, whether they exist or not.';
revoke execute on function private.list_used_fixtures(uuid) from public, anon, authenticated, service_role;
grant execute on function private.list_used_fixtures(uuid) to authenticated, service_role;

create function private.derive_fixture_usage(test_case_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from public.fixture_usage as usage
  using public.test_data_fixtures as fixture
  where usage.test_case_id = derive_fixture_usage.test_case_id and fixture.id = usage.fixture_id
    and fixture.name not in (select used.name from private.list_used_fixtures(derive_fixture_usage.test_case_id) as used);
  insert into public.fixture_usage as usage (fixture_id, test_case_id, how)
  select fixture.id, test_case.id, used.how
  from private.list_used_fixtures(derive_fixture_usage.test_case_id) as used
  inner join public.test_cases as test_case on test_case.id = derive_fixture_usage.test_case_id
  inner join public.test_data_fixtures as fixture
    on fixture.project_id = test_case.project_id and fixture.name = used.name
  on conflict on constraint fixture_usage_fixture_id_test_case_id_key do update set how = excluded.how
  where usage.how <> excluded.how;
end;
$$;
comment on function private.derive_fixture_usage(uuid) is
  'Makes fixture_usage say what a case uses of the fixtures that there are.';
revoke execute on function private.derive_fixture_usage(uuid) from public, anon, authenticated, service_role;
grant execute on function private.derive_fixture_usage(uuid) to authenticated, service_role;

create function private.follow_fixtures_of_case()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.derive_fixture_usage((to_jsonb(new) ->> tg_argv[0])::uuid);
  return null;
end;
$$;
comment on function private.follow_fixtures_of_case() is
  'Derives fixture_usage of the case that the argument names a column of.';
revoke execute on function private.follow_fixtures_of_case() from public, anon, authenticated, service_role;

create trigger test_cases_follow_fixtures_on_insert
  after insert on public.test_cases
  for each row
  when (new.iterate is not null or new.poll is not null)
  execute function private.follow_fixtures_of_case('id');
comment on trigger test_cases_follow_fixtures_on_insert on public.test_cases is 'Keeps fixture_usage in step with the iterations.';

create trigger test_cases_follow_fixtures
  after update of iterate, poll on public.test_cases
  for each row
  when (old.iterate is distinct from new.iterate or old.poll is distinct from new.poll)
  execute function private.follow_fixtures_of_case('id');
comment on trigger test_cases_follow_fixtures on public.test_cases is 'Keeps fixture_usage in step with the iterations.';

create trigger test_request_configs_follow_fixtures
  after insert or update on public.test_request_configs
  for each row execute function private.follow_fixtures_of_case('test_case_id');
comment on trigger test_request_configs_follow_fixtures on public.test_request_configs is 'Keeps fixture_usage in step with the request.';

create trigger test_response_specs_follow_fixtures
  after insert or update on public.test_response_specs
  for each row execute function private.follow_fixtures_of_case('test_case_id');
comment on trigger test_response_specs_follow_fixtures on public.test_response_specs is 'Keeps fixture_usage in step with the expectations.';
