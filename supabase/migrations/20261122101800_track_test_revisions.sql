-- Revisions: results name the version of the test they ran.
-- Risk: none, new triggers on new tables.
set lock_timeout = '5s';

create function private.raise_own_revision()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (to_jsonb(new) - '{revision,updated_at,order_index}'::text[])
    is distinct from (to_jsonb(old) - '{revision,updated_at,order_index}'::text[]) then
    new.revision := old.revision + 1;
  end if;
  return new;
end;
$$;
comment on function private.raise_own_revision() is
  'Raises the revision of a case that changed in more than its place.';
revoke execute on function private.raise_own_revision() from public, anon, authenticated, service_role;

create trigger test_cases_raise_revision
  before update on public.test_cases
  for each row execute function private.raise_own_revision();
comment on trigger test_cases_raise_revision on public.test_cases is 'Raises the revision of a changed case.';

create function private.raise_test_revision()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_cases set revision = revision + 1 where id = new.test_case_id;
  return null;
end;
$$;
comment on function private.raise_test_revision() is
  'Definer: revision is protected from users.';
revoke execute on function private.raise_test_revision() from public, anon, authenticated, service_role;

create trigger test_request_configs_raise_revision
  after update on public.test_request_configs
  for each row
  when (old.* is distinct from new.*) execute function private.raise_test_revision();
comment on trigger test_request_configs_raise_revision on public.test_request_configs is 'Raises the revision of the case.';

create trigger test_response_specs_raise_revision
  after update on public.test_response_specs
  for each row
  when (old.* is distinct from new.*) execute function private.raise_test_revision();
comment on trigger test_response_specs_raise_revision on public.test_response_specs is 'Raises the revision of the case.';
