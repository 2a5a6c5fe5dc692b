-- Revisions rise once for each statement that changes a case, and protected columns are compared at less cost.
-- Risk: triggers on requests, expectations and dependencies are replaced.
set lock_timeout = '5s';

create function private.raise_test_revisions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_cases set revision = revision + 1
  where id = any (array(
    select changed.test_case_id from (select * from parts_after except select * from parts_before) as changed
  ));
  return null;
end;
$$;
comment on function private.raise_test_revisions() is
  'Definer: revision is protected from users.';
revoke execute on function private.raise_test_revisions() from public, anon, authenticated, service_role;

drop trigger test_request_configs_raise_revision on public.test_request_configs;
create trigger test_request_configs_raise_revision
  after update on public.test_request_configs
  referencing old table as parts_before new table as parts_after
  for each statement execute function private.raise_test_revisions();
comment on trigger test_request_configs_raise_revision on public.test_request_configs is 'Raises the revision of the case.';

drop trigger test_response_specs_raise_revision on public.test_response_specs;
create trigger test_response_specs_raise_revision
  after update on public.test_response_specs
  referencing old table as parts_before new table as parts_after
  for each statement execute function private.raise_test_revisions();
comment on trigger test_response_specs_raise_revision on public.test_response_specs is 'Raises the revision of the case.';

create function private.raise_dependent_revisions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- A case that this transaction made is at its first revision.
  update public.test_cases set revision = revision + 1
  where created_at <> now() and id = any (array(select changed.dependent_test_id from changed_dependencies as changed));
  return null;
end;
$$;
comment on function private.raise_dependent_revisions() is
  'Definer: revision is protected from users. What a case waits for is part of it.';
revoke execute on function private.raise_dependent_revisions() from public, anon, authenticated, service_role;

create function private.raise_rewritten_revisions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.test_cases set revision = revision + 1
  where created_at <> now() and id = any (array(
    select changed.dependent_test_id
    from (select * from changed_dependencies except select * from dependencies_before) as changed
  ));
  return null;
end;
$$;
comment on function private.raise_rewritten_revisions() is
  'Definer as private.raise_dependent_revisions. A dependency that is written as it was changes nothing.';
revoke execute on function private.raise_rewritten_revisions() from public, anon, authenticated, service_role;

drop trigger test_dependencies_raise_revision on public.test_dependencies;
drop trigger test_dependencies_raise_revision_on_update on public.test_dependencies;
drop trigger test_dependencies_touch_tests_on_delete on public.test_dependencies;
drop trigger test_dependencies_touch_tests_on_update on public.test_dependencies;

create trigger test_dependencies_raise_revision
  after insert on public.test_dependencies
  referencing new table as changed_dependencies
  for each statement execute function private.raise_dependent_revisions();
comment on trigger test_dependencies_raise_revision on public.test_dependencies is 'Raises the revisions of the dependent cases.';

create trigger test_dependencies_raise_revision_on_delete
  after delete on public.test_dependencies
  referencing old table as changed_dependencies
  for each statement execute function private.raise_dependent_revisions();
comment on trigger test_dependencies_raise_revision_on_delete on public.test_dependencies is
  'Raises the revisions of the dependent cases.';

create trigger test_dependencies_raise_revision_on_update
  after update on public.test_dependencies
  referencing old table as dependencies_before new table as changed_dependencies
  for each statement execute function private.raise_rewritten_revisions();
comment on trigger test_dependencies_raise_revision_on_update on public.test_dependencies is
  'Raises the revisions of the dependent cases.';

drop function private.raise_test_revision();
drop function private.raise_dependent_revision();
drop function private.touch_dependent_tests();

create or replace function private.protect_columns()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  old_row jsonb;
  new_row jsonb;
  protected_column text;
begin
  if current_user not in ('authenticated', 'anon') then
    return new;
  end if;
  old_row := to_jsonb(old);
  new_row := to_jsonb(new);
  foreach protected_column in array tg_argv loop
    if new_row -> protected_column is distinct from old_row -> protected_column then
      raise insufficient_privilege using
        message = format('%s cannot be changed', protected_column),
        hint = 'protected_column';
    end if;
  end loop;
  return new;
end;
$$;
