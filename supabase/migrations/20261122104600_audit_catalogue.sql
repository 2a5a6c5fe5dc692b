-- Writes the audit log by trigger on catalogue, membership, environment and credential tables.
-- Risk: one more insert per changed row.
set lock_timeout = '5s';

create function private.changed_columns(row_value jsonb, other_value jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(pair.key, pair.value), '{}')
  from jsonb_each(row_value) as pair
  where pair.key not in ('updated_at', 'revision') and pair.value is distinct from other_value -> pair.key
$$;
comment on function private.changed_columns(jsonb, jsonb) is
  'The columns of a row that differ from the other one.';
revoke execute on function private.changed_columns(jsonb, jsonb) from public, anon, authenticated, service_role;

create function private.mask_secrets(row_value jsonb, is_secret boolean)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_object_agg(pair.key, case
    when pair.value <> 'null' and (pair.key like '%last\_four' or (is_secret and pair.key = 'value')) then '"***"'
    else pair.value
  end)
  from jsonb_each(row_value) as pair
$$;
comment on function private.mask_secrets(jsonb, boolean) is
  'A row without the value of a secret, and without the end of one.';
revoke execute on function private.mask_secrets(jsonb, boolean) from public, anon, authenticated, service_role;

create function private.audit_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  current_row jsonb := coalesce(new_row, old_row);
  is_secret boolean := coalesce((old_row -> 'is_secret')::boolean, false)
    or coalesce((new_row -> 'is_secret')::boolean, false);
begin
  old_row := case when tg_op = 'UPDATE' then private.changed_columns(old_row, new_row) else old_row end;
  new_row := case when tg_op = 'UPDATE' then private.changed_columns(new_row, to_jsonb(old)) else new_row end;
  if new_row = '{}' then
    return null;
  end if;
  perform private.write_audit_entry(
    coalesce(current_row ->> 'organization_id', current_row ->> 'id')::uuid,
    case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
    tg_table_name,
    coalesce(current_row ->> 'id', current_row ->> 'organization_id')::uuid,
    private.mask_secrets(old_row, is_secret),
    private.mask_secrets(new_row, is_secret)
  );
  return null;
end;
$$;
comment on function private.audit_change() is
  'Logs the change of a row, values of secrets masked. Definer: nobody may write the log directly.';
revoke execute on function private.audit_change() from public, anon, authenticated, service_role;

create trigger organizations_audit
  after insert or update or delete on public.organizations
  for each row execute function private.audit_change();
comment on trigger organizations_audit on public.organizations is 'Logs every change.';

create trigger organization_members_audit
  after insert or update or delete on public.organization_members
  for each row execute function private.audit_change();
comment on trigger organization_members_audit on public.organization_members is 'Logs every change.';

create trigger projects_audit
  after insert or update or delete on public.projects
  for each row execute function private.audit_change();
comment on trigger projects_audit on public.projects is 'Logs every change.';

create trigger test_suites_audit
  after insert or update or delete on public.test_suites
  for each row execute function private.audit_change();
comment on trigger test_suites_audit on public.test_suites is 'Logs every change.';

create trigger api_endpoints_audit
  after insert or update or delete on public.api_endpoints
  for each row execute function private.audit_change();
comment on trigger api_endpoints_audit on public.api_endpoints is 'Logs every change.';

create trigger test_cases_audit
  after insert or update or delete on public.test_cases
  for each row execute function private.audit_change();
comment on trigger test_cases_audit on public.test_cases is 'Logs every change.';

create trigger test_dependencies_audit
  after insert or update or delete on public.test_dependencies
  for each row execute function private.audit_change();
comment on trigger test_dependencies_audit on public.test_dependencies is 'Logs every change.';

create trigger test_request_configs_audit
  after insert or update or delete on public.test_request_configs
  for each row execute function private.audit_change();
comment on trigger test_request_configs_audit on public.test_request_configs is 'Logs every change.';

create trigger test_response_specs_audit
  after insert or update or delete on public.test_response_specs
  for each row execute function private.audit_change();
comment on trigger test_response_specs_audit on public.test_response_specs is 'Logs every change.';

create trigger test_data_fixtures_audit
  after insert or update or delete on public.test_data_fixtures
  for each row execute function private.audit_change();
comment on trigger test_data_fixtures_audit on public.test_data_fixtures is 'Logs every change.';

create trigger fixture_usage_audit
  after insert or update or delete on public.fixture_usage
  for each row execute function private.audit_change();
comment on trigger fixture_usage_audit on public.fixture_usage is 'Logs every change.';

create trigger environments_audit
  after insert or update or delete on public.environments
  for each row execute function private.audit_change();
comment on trigger environments_audit on public.environments is 'Logs every change.';

create trigger environment_variables_audit
  after insert or update or delete on public.environment_variables
  for each row execute function private.audit_change();
comment on trigger environment_variables_audit on public.environment_variables is 'Logs every change.';

create trigger api_credentials_audit
  after insert or update or delete on public.api_credentials
  for each row execute function private.audit_change();
comment on trigger api_credentials_audit on public.api_credentials is 'Logs every change.';

create trigger report_templates_audit
  after insert or update or delete on public.report_templates
  for each row execute function private.audit_change();
comment on trigger report_templates_audit on public.report_templates is 'Logs every change.';
