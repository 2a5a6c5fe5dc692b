-- Who uses what a test captures is read by the engine, before the test is renamed or deleted. The transaction that does it
-- now finds out whether that still holds, under the lock of the test: otherwise the engine is asked again.
-- Whoever writes a template after that writes it for a test that is gone, which nobody is kept from.
-- Risk: deleting and renaming look through the templates of the project once more.
set lock_timeout = '5s';

create function private.make_users_version(test_case_ids uuid[], containing uuid[])
returns text
language sql
stable
set search_path = ''
as $$
  select md5(coalesce(
    string_agg(test_case.id::text || ' ' || test_case.revision::text, ',' order by test_case.id), ''
  ))
  from public.test_cases as test_case
  where test_case.id = any (test_case_ids || containing)
$$;
comment on function private.make_users_version(uuid[], uuid[]) is
  'Another text whenever one of the tests, or of those that may use them, is another or says something else.';
revoke execute on function private.make_users_version(uuid[], uuid[]) from public, anon, authenticated, service_role;
grant execute on function private.make_users_version(uuid[], uuid[]) to authenticated, service_role;

create or replace function public.find_possible_users(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'may_change', subject.organization_id = any (array(select private.my_orgs('editor'))),
    'version', private.make_users_version(subject.test_case_ids, containing.test_case_ids),
    'subjects', private.describe_tests(subject.test_case_ids),
    'others', private.describe_tests(array(
      select found.id from unnest(containing.test_case_ids) as found (id)
      where not found.id = any (subject.test_case_ids)
    ))
  )
  from (
    select test_case.organization_id, test_case.project_id, array[test_case.id] as test_case_ids
    from public.test_cases as test_case
    where test_case.id = (request ->> 'test_case_id')::uuid
    union all
    select suite.organization_id, suite.project_id, array(
      select test_case.id from public.test_cases as test_case
      where test_case.organization_id = suite.organization_id and test_case.project_id = suite.project_id
        and test_case.suite_id = suite.id
    )
    from public.test_suites as suite
    where suite.id = (request ->> 'suite_id')::uuid
  ) as subject
  cross join lateral (
    select private.list_tests_containing(
      subject.project_id, private.list_names_of_tests(subject.test_case_ids)
    ) as test_case_ids
    -- Once, though it is used twice.
    offset 0
  ) as containing
$$;
comment on function public.find_possible_users(jsonb) is
  'Request {test_case_id} or {suite_id}; answers {may_change, version, subjects, others}: other tests that mention what these capture, or null.';

create function private.refuse_new_users(test_case_ids uuid[], request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  in_project_id uuid := (select project_id from public.test_cases where id = test_case_ids[1]);
begin
  if not request ? 'users_version' then
    return;
  end if;
  if request ->> 'users_version' is distinct from private.make_users_version(
    test_case_ids,
    private.list_tests_containing(in_project_id, private.list_names_of_tests(test_case_ids))
  ) then
    perform private.refuse('409', 'users changed meanwhile', null, 'users_changed');
  end if;
end;
$$;
comment on function private.refuse_new_users(uuid[], jsonb) is
  'Refuses a request that was made knowing other users of these tests than there are, as its users_version says.';
revoke execute on function private.refuse_new_users(uuid[], jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse_new_users(uuid[], jsonb) to authenticated, service_role;

create or replace function private.refuse_required_tests(test_case_ids uuid[], request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  dependents text;
begin
  if coalesce((request ->> 'cascade')::boolean, false) then
    return;
  end if;
  select string_agg(found.key, ', ' order by found.key) into dependents
  from (
    select distinct dependent.key
    from public.test_dependencies as dependency
    inner join public.test_cases as dependent on dependent.id = dependency.dependent_test_id
    where dependency.required_test_id = any (test_case_ids)
      and not dependency.dependent_test_id = any (test_case_ids)
    order by dependent.key
    limit 20
  ) as found;
  if dependents is not null then
    perform private.refuse('409', 'required by', dependents, 'test_case_in_use');
  end if;
  perform private.refuse_new_users(test_case_ids, request);
end;
$$;
comment on function private.refuse_required_tests(uuid[], jsonb) is
  'Refuses, unless the request says cascade, that tests go which others require, or use for all that is known.';

create or replace function public.replace_test_case(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  present public.test_cases := private.lock_test_case(request);
  document jsonb := request -> 'document';
begin
  if document ? 'suite_id' and not exists (
    select from public.test_suites
    where id = (document ->> 'suite_id')::uuid and project_id = present.project_id
  ) then
    perform private.refuse('422', 'suite not found', document ->> 'suite_id', 'suite_not_found');
  end if;
  if document ->> 'key' <> present.key then
    perform private.refuse_new_users(array[present.id], request);
  end if;
  perform private.write_case(present, document);
  perform private.refuse_unknown_fixtures(present.id);
  perform private.add_dependencies(present.id, present.project_id, document -> 'dependencies');
  return public.get_test_case(jsonb_build_object('test_case_id', present.id));
end;
$$;
comment on function public.replace_test_case(jsonb) is
  'Request {test_case_id, read_at, users_version, document}: a whole case document, with suite_id to move it; answers the full document.';
