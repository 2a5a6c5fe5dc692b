-- Fixture usage of all cases that a statement wrote is derived at once.
-- Risk: triggers on cases, requests and expectations are replaced.
set lock_timeout = '5s';

create function private.list_used_fixtures(test_case_ids uuid[])
returns table (test_case_id uuid, name text, how text)
language sql
stable
set search_path = ''
as $$
  select test_case.id, used.name, min(used.how)
  from public.test_cases as test_case
  left join public.test_request_configs as config on config.test_case_id = test_case.id
  left join public.test_response_specs as spec on spec.test_case_id = test_case.id
  cross join lateral (
    select jsonb_build_object(
      'iterate', test_case.iterate, 'poll', test_case.poll, 'request', to_jsonb(config), 'response', to_jsonb(spec)
    )
    offset 0
  ) as stored (document)
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
    from unnest(private.list_fixture_names(stored.document)) as referred (name)
  ) as used
  -- Whoever uses one writes this word.
  where test_case.id = any (test_case_ids) and strpos(stored.document::text, 'fixture') > 0 and used.name is not null
  group by test_case.id, used.name
$$;
comment on function private.list_used_fixtures(uuid[]) is
  'Names of the fixtures that cases iterate over or refer to, whether they exist or not.';
revoke execute on function private.list_used_fixtures(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.list_used_fixtures(uuid[]) to authenticated, service_role;

create function private.derive_fixture_usage(test_case_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  if cardinality(test_case_ids) = 0 then
    return;
  end if;
  delete from public.fixture_usage as usage
  using public.test_cases as test_case
  where test_case.id = any (test_case_ids) and usage.organization_id = test_case.organization_id
    and usage.project_id = test_case.project_id and usage.test_case_id = test_case.id
    and not exists (
      select from private.list_used_fixtures(array[test_case.id]) as used
      inner join public.test_data_fixtures as fixture on fixture.project_id = test_case.project_id and fixture.name = used.name
      where fixture.id = usage.fixture_id
    );
  insert into public.fixture_usage as usage (fixture_id, test_case_id, how)
  select fixture.id, used.test_case_id, used.how
  from private.list_used_fixtures(test_case_ids) as used
  inner join public.test_cases as test_case on test_case.id = used.test_case_id
  inner join public.test_data_fixtures as fixture
    on fixture.project_id = test_case.project_id and fixture.name = used.name
  left join public.fixture_usage as known on known.fixture_id = fixture.id and known.test_case_id = test_case.id
  -- What is known already is not even tried: a row that is not written has triggers, too.
  where known.how is distinct from used.how
  on conflict on constraint fixture_usage_fixture_id_test_case_id_key do update set how = excluded.how;
end;
$$;
comment on function private.derive_fixture_usage(uuid[]) is
  'Makes fixture_usage say what cases use of the fixtures that there are.';
revoke execute on function private.derive_fixture_usage(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.derive_fixture_usage(uuid[]) to authenticated, service_role;

create function private.follow_fixtures_of_cases()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.derive_fixture_usage(array(
    select written.id from written_cases as written where written.iterate is not null or written.poll is not null
  ));
  return null;
end;
$$;
comment on function private.follow_fixtures_of_cases() is
  'Derives fixture_usage of the cases that a statement created.';
revoke execute on function private.follow_fixtures_of_cases() from public, anon, authenticated, service_role;

create function private.follow_fixtures_of_changed_cases()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.derive_fixture_usage(array(
    select changed.id
    from (
      select written.id, written.iterate, written.poll from written_cases as written
      except
      select before.id, before.iterate, before.poll from cases_before as before
    ) as changed
  ));
  return null;
end;
$$;
comment on function private.follow_fixtures_of_changed_cases() is
  'Derives fixture_usage of the cases whose iterations or polling a statement changed.';
revoke execute on function private.follow_fixtures_of_changed_cases() from public, anon, authenticated, service_role;

create function private.follow_fixtures_of_parts()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.derive_fixture_usage(array(
    select written.test_case_id from written_parts as written where strpos(written::text, 'fixture') > 0
  ));
  return null;
end;
$$;
comment on function private.follow_fixtures_of_parts() is
  'Derives fixture_usage of the cases whose requests or expectations a statement created.';
revoke execute on function private.follow_fixtures_of_parts() from public, anon, authenticated, service_role;

create function private.follow_fixtures_of_changed_parts()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.derive_fixture_usage(array(
    select written.test_case_id from written_parts as written where strpos(written::text, 'fixture') > 0
    union
    select before.test_case_id from parts_before as before where strpos(before::text, 'fixture') > 0
  ));
  return null;
end;
$$;
comment on function private.follow_fixtures_of_changed_parts() is
  'Derives fixture_usage of the cases whose requests or expectations used fixtures, or use them now.';
revoke execute on function private.follow_fixtures_of_changed_parts() from public, anon, authenticated, service_role;

drop trigger test_cases_follow_fixtures_on_insert on public.test_cases;
drop trigger test_cases_follow_fixtures on public.test_cases;
drop trigger test_request_configs_follow_fixtures on public.test_request_configs;
drop trigger test_response_specs_follow_fixtures on public.test_response_specs;

create trigger test_cases_follow_fixtures_on_insert
  after insert on public.test_cases
  referencing new table as written_cases
  for each statement execute function private.follow_fixtures_of_cases();
comment on trigger test_cases_follow_fixtures_on_insert on public.test_cases is 'Keeps fixture_usage in step with the iterations.';

create trigger test_cases_follow_fixtures
  after update on public.test_cases
  referencing old table as cases_before new table as written_cases
  for each statement execute function private.follow_fixtures_of_changed_cases();
comment on trigger test_cases_follow_fixtures on public.test_cases is 'Keeps fixture_usage in step with the iterations.';

create trigger test_request_configs_follow_fixtures_on_insert
  after insert on public.test_request_configs
  referencing new table as written_parts
  for each statement execute function private.follow_fixtures_of_parts();
comment on trigger test_request_configs_follow_fixtures_on_insert on public.test_request_configs is 'Keeps fixture_usage in step with the request.';

create trigger test_request_configs_follow_fixtures
  after update on public.test_request_configs
  referencing old table as parts_before new table as written_parts
  for each statement execute function private.follow_fixtures_of_changed_parts();
comment on trigger test_request_configs_follow_fixtures on public.test_request_configs is 'Keeps fixture_usage in step with the request.';

create trigger test_response_specs_follow_fixtures_on_insert
  after insert on public.test_response_specs
  referencing new table as written_parts
  for each statement execute function private.follow_fixtures_of_parts();
comment on trigger test_response_specs_follow_fixtures_on_insert on public.test_response_specs is 'Keeps fixture_usage in step with the expectations.';

create trigger test_response_specs_follow_fixtures
  after update on public.test_response_specs
  referencing old table as parts_before new table as written_parts
  for each statement execute function private.follow_fixtures_of_changed_parts();
comment on trigger test_response_specs_follow_fixtures on public.test_response_specs is 'Keeps fixture_usage in step with the expectations.';

create function private.refuse_unknown_fixtures(test_case_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  missing text;
begin
  select string_agg(distinct used.name, ', ' order by used.name) into missing
  from private.list_used_fixtures(test_case_ids) as used
  inner join public.test_cases as test_case on test_case.id = used.test_case_id
  where not exists (
    select from public.test_data_fixtures as fixture
    where fixture.project_id = test_case.project_id and fixture.name = used.name
  );
  if missing is not null then
    perform private.refuse('422', 'fixture not found', missing, 'fixture_not_found');
  end if;
end;
$$;
comment on function private.refuse_unknown_fixtures(uuid[]) is
  'Refuses cases that use a fixture which their project does not have.';
revoke execute on function private.refuse_unknown_fixtures(uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.refuse_unknown_fixtures(uuid[]) to authenticated, service_role;

create or replace function private.refuse_unknown_fixtures(test_case_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse_unknown_fixtures(array[test_case_id]);
end;
$$;

drop function private.follow_fixtures_of_case();
drop function private.derive_fixture_usage(uuid);
drop function private.list_used_fixtures(uuid);
