-- Cases that a suite document deletes or disables may be used by templates of other suites: the engine looks before, and
-- the transaction finds out whether that still holds.
-- Risk: none for documents that keep all cases.
set lock_timeout = '5s';

create or replace function private.refuse_changed_suite(request jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  known_id uuid := (request -> 'suite' ->> 'id')::uuid;
begin
  if known_id is null and exists (
    select from public.test_suites as suite
    where suite.project_id = (request ->> 'project_id')::uuid and suite.name = request -> 'suite' ->> 'name'
  ) then
    perform private.refuse('409', 'the suite was created meanwhile', null, 'changed_meanwhile');
  end if;
  -- Nobody else adds, changes or removes a case of it until commit.
  perform from public.test_suites as suite where suite.id = known_id for update;
  perform from public.test_cases as test_case where test_case.suite_id = known_id order by test_case.id for update;
  if private.make_suite_version(known_id) is distinct from request ->> 'version' then
    perform private.refuse('409', 'the suite was changed meanwhile', null, 'changed_meanwhile');
  end if;
  perform private.refuse_new_users(
    array(select test_case.id from public.test_cases as test_case where test_case.suite_id = known_id), request
  );
end;
$$;
comment on function private.refuse_changed_suite(jsonb) is
  'Refuses a document of a suite that is not the one any more which it was compared with, or that others use by now.';
comment on function public.apply_suite_document(jsonb) is
  'Request {project_id, version, users_version, suite, fixtures, endpoints, created, updated, deleted, disabled, with_results, renamed, '
  'places, dry_run}; answers as get_suite_document. A dry run is refused as the real one would be, and leaves and answers nothing.';
