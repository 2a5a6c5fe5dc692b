-- The audit log is written once for each statement, not once for each row.
-- Risk: the triggers of all audited tables are replaced; entries of one statement stay as they were.
set lock_timeout = '5s';

create function private.describe_actor(
  out actor_id uuid, out api_token_id uuid, out actor_role text, out service_action text
)
language sql
stable
set search_path = ''
as $$
  select
    coalesce((select auth.uid()), nullif(current_setting('atp.acting_user_id', true), '')::uuid),
    private.my_token_id(), coalesce((select auth.role()), session_user), private.name_service_action()
$$;
comment on function private.describe_actor() is
  'Who acts at the moment, as the audit log names them.';
revoke execute on function private.describe_actor() from public, anon, authenticated, service_role;

create function private.has_secrets(in_table oid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from pg_catalog.pg_attribute as attribute
    where attribute.attrelid = in_table and attribute.attnum > 0
      and (attribute.attname like '%last\_four' or attribute.attname = 'is_secret')
  )
$$;
comment on function private.has_secrets(oid) is
  'Whether rows of a table have anything that private.mask_secrets masks.';
revoke execute on function private.has_secrets(oid) from public, anon, authenticated, service_role;

create function private.audit_created_rows()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  is_masked boolean;
begin
  if not exists (select from created_rows) then
    return null;
  end if;
  is_masked := private.has_secrets(tg_relid);
  insert into public.audit_log (
    actor_id, api_token_id, actor_role, service_action, organization_id, action, entity_type, entity_id, new_value
  )
  select
    actor.*, coalesce(entry.value ->> 'organization_id', entry.value ->> 'id')::uuid, 'create', tg_table_name,
    coalesce(entry.value ->> 'id', entry.value ->> 'organization_id')::uuid,
    case when is_masked then private.mask_secrets(entry.value, (entry.value -> 'is_secret')::boolean) else entry.value end
  from created_rows as created
  cross join lateral to_jsonb(created) as entry (value)
  cross join private.describe_actor() as actor;
  return null;
end;
$$;
comment on function private.audit_created_rows() is
  'Logs the rows that a statement created, values of secrets masked. Definer: nobody may write the log directly.';
revoke execute on function private.audit_created_rows() from public, anon, authenticated, service_role;

create function private.audit_changed_rows()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  is_masked boolean;
begin
  if not exists (select from rows_after) then
    return null;
  end if;
  is_masked := private.has_secrets(tg_relid);
  insert into public.audit_log (
    actor_id, api_token_id, actor_role, service_action, organization_id, action, entity_type, entity_id, old_value,
    new_value
  )
  select
    actor.*, coalesce(present.value ->> 'organization_id', present.value ->> 'id')::uuid, 'update', tg_table_name,
    coalesce(present.value ->> 'id', present.value ->> 'organization_id')::uuid,
    case when is_masked then private.mask_secrets(difference.before, difference.is_secret) else difference.before end,
    case when is_masked then private.mask_secrets(difference.after, difference.is_secret) else difference.after end
  from (
    select to_jsonb(old_row) as value, coalesce(to_jsonb(old_row) ->> 'id', to_jsonb(old_row) ->> 'organization_id') as id
    from rows_before as old_row
  ) as before
  -- A row whose id changed has no other side.
  full join (
    select to_jsonb(new_row) as value, coalesce(to_jsonb(new_row) ->> 'id', to_jsonb(new_row) ->> 'organization_id') as id
    from rows_after as new_row
  ) as after on after.id = before.id
  cross join lateral coalesce(after.value, before.value) as present (value)
  cross join lateral (
    select
      private.changed_columns(before.value, after.value), private.changed_columns(after.value, before.value),
      coalesce((before.value -> 'is_secret')::boolean, false) or coalesce((after.value -> 'is_secret')::boolean, false)
    offset 0
  ) as difference (before, after, is_secret)
  cross join private.describe_actor() as actor
  where (before.value - '{updated_at,revision}'::text[]) is distinct from (after.value - '{updated_at,revision}'::text[]);
  return null;
end;
$$;
comment on function private.audit_changed_rows() is
  'Logs the columns that a statement changed, values of secrets masked. Definer: nobody may write the log directly.';
revoke execute on function private.audit_changed_rows() from public, anon, authenticated, service_role;

create function private.audit_deleted_rows()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  is_masked boolean;
begin
  if not exists (select from deleted_rows) then
    return null;
  end if;
  is_masked := private.has_secrets(tg_relid);
  insert into public.audit_log (
    actor_id, api_token_id, actor_role, service_action, organization_id, action, entity_type, entity_id, old_value
  )
  select
    actor.*, coalesce(entry.value ->> 'organization_id', entry.value ->> 'id')::uuid, 'delete', tg_table_name,
    coalesce(entry.value ->> 'id', entry.value ->> 'organization_id')::uuid,
    case when is_masked then private.mask_secrets(entry.value, (entry.value -> 'is_secret')::boolean) else entry.value end
  from deleted_rows as deleted
  cross join lateral to_jsonb(deleted) as entry (value)
  cross join private.describe_actor() as actor;
  return null;
end;
$$;
comment on function private.audit_deleted_rows() is
  'Logs the rows that a statement deleted, values of secrets masked. Definer: nobody may write the log directly.';
revoke execute on function private.audit_deleted_rows() from public, anon, authenticated, service_role;

create function private.audit_table(audited regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
  table_name text := (select relname from pg_catalog.pg_class where oid = audited);
  event record;
begin
  for event in
    select * from (
      values
      ('insert', 'create', 'referencing new table as created_rows', 'audit_created_rows'),
      ('update', 'change', 'referencing old table as rows_before new table as rows_after', 'audit_changed_rows'),
      ('delete', 'delete', 'referencing old table as deleted_rows', 'audit_deleted_rows')
    ) as events (name, what, tables, function)
  loop
    execute format(
      'create trigger %I after %s on %s %s for each statement execute function private.%I()',
      table_name || '_audit_' || event.name, event.name, audited, event.tables, event.function
    );
    execute format(
      'comment on trigger %I on %s is %L', table_name || '_audit_' || event.name, audited,
      'Logs every ' || event.what || '.'
    );
  end loop;
end;
$$;
comment on function private.audit_table(regclass) is
  'Makes the audit log tell of every change of a table; for migrations.';
revoke execute on function private.audit_table(regclass) from public, anon, authenticated, service_role;

drop trigger organizations_audit on public.organizations;
select private.audit_table('public.organizations');
drop trigger organization_members_audit on public.organization_members;
select private.audit_table('public.organization_members');
drop trigger projects_audit on public.projects;
select private.audit_table('public.projects');
drop trigger test_suites_audit on public.test_suites;
select private.audit_table('public.test_suites');
drop trigger api_endpoints_audit on public.api_endpoints;
select private.audit_table('public.api_endpoints');
drop trigger test_cases_audit on public.test_cases;
select private.audit_table('public.test_cases');
drop trigger test_dependencies_audit on public.test_dependencies;
select private.audit_table('public.test_dependencies');
drop trigger test_request_configs_audit on public.test_request_configs;
select private.audit_table('public.test_request_configs');
drop trigger test_response_specs_audit on public.test_response_specs;
select private.audit_table('public.test_response_specs');
drop trigger test_data_fixtures_audit on public.test_data_fixtures;
select private.audit_table('public.test_data_fixtures');
drop trigger fixture_usage_audit on public.fixture_usage;
select private.audit_table('public.fixture_usage');
drop trigger environments_audit on public.environments;
select private.audit_table('public.environments');
drop trigger environment_variables_audit on public.environment_variables;
select private.audit_table('public.environment_variables');
drop trigger api_credentials_audit on public.api_credentials;
select private.audit_table('public.api_credentials');
drop trigger report_templates_audit on public.report_templates;
select private.audit_table('public.report_templates');
drop trigger retention_policies_audit on public.retention_policies;
select private.audit_table('public.retention_policies');
drop trigger api_tokens_audit on public.api_tokens;
select private.audit_table('public.api_tokens');
drop trigger organization_invitations_audit on public.organization_invitations;
select private.audit_table('public.organization_invitations');
drop trigger hooks_audit on public.hooks;
select private.audit_table('public.hooks');

drop function private.audit_change();
