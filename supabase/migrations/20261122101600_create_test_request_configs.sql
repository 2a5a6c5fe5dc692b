-- Request configurations: how a test case calls its endpoint.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.test_request_configs (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  test_case_id uuid not null,
  headers jsonb not null default '{}',
  query_params jsonb not null default '{}',
  path_params jsonb not null default '{}',
  body jsonb,
  body_type text not null default 'json',
  auth_type text not null default 'none',
  auth_token_ref text,
  variables_used text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint test_request_configs_pkey primary key (id),
  constraint test_request_configs_test_case_id_key unique (test_case_id),
  constraint test_request_configs_test_case_id_fkey foreign key (organization_id, test_case_id)
    references public.test_cases (organization_id, id) on delete cascade,
  constraint test_request_configs_headers_check check (jsonb_typeof(headers) = 'object'),
  constraint test_request_configs_query_params_check check (jsonb_typeof(query_params) = 'object'),
  constraint test_request_configs_path_params_check check (jsonb_typeof(path_params) = 'object'),
  constraint test_request_configs_size_check check (
    pg_column_size(headers) <= 65536 and pg_column_size(query_params) <= 65536
    and pg_column_size(path_params) <= 65536 and pg_column_size(body) <= 1048576
    and pg_column_size(variables_used) <= 2097152
  ),
  constraint test_request_configs_body_type_check
    check (body_type in ('json', 'form-data', 'x-www-form-urlencoded', 'text', 'xml', 'graphql')),
  constraint test_request_configs_auth_type_check check (
    auth_type in ('none', 'bearer', 'basic', 'api-key', 'oauth2', 'jwt-hs256', 'aws-sigv4', 'mtls', 'digest')
  ),
  constraint test_request_configs_auth_token_ref_check check (char_length(auth_token_ref) <= 2048)
);
comment on table public.test_request_configs is 'How a test case calls its endpoint; values may hold {{templates}}.';
comment on column public.test_request_configs.headers is 'Name of the header -> value.';
comment on column public.test_request_configs.query_params is 'Name of the parameter -> value or list of values.';
comment on column public.test_request_configs.path_params is 'Name of the placeholder in the path -> value.';
comment on column public.test_request_configs.body is 'Any JSON; a JSON string is sent as it is for text and xml.';
comment on column public.test_request_configs.auth_token_ref is 'Template or name that yields the credential when the request is sent.';
comment on column public.test_request_configs.variables_used is 'Derived: the template expressions found in the request.';
create index test_request_configs_organization_id_test_case_id_idx
  on public.test_request_configs (organization_id, test_case_id);

alter table public.test_request_configs enable row level security;
revoke all on table public.test_request_configs from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.test_request_configs to authenticated;
grant select, insert, update, delete on table public.test_request_configs to service_role;

create policy test_request_configs_select_member on public.test_request_configs
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_request_configs_select_member on public.test_request_configs is 'Members read the request configurations of their organizations.';

create policy test_request_configs_insert_editor on public.test_request_configs
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_request_configs_insert_editor on public.test_request_configs is 'Editors create the request configurations of their organizations.';

create policy test_request_configs_update_editor on public.test_request_configs
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_request_configs_update_editor on public.test_request_configs is 'Editors change the request configurations of their organizations.';

create policy test_request_configs_delete_editor on public.test_request_configs
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy test_request_configs_delete_editor on public.test_request_configs is 'Editors delete the request configurations of their organizations.';

create function private.derive_variables_used()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select coalesce(array_agg(distinct found.match[1] order by found.match[1]), '{}') into new.variables_used
  from regexp_matches(
    concat_ws(' ', new.headers, new.query_params, new.path_params, new.body, new.auth_token_ref),
    '\{\{\s*([^{}]+?)\s*\}\}', 'g'
  ) as found (match);
  return new;
end;
$$;
comment on function private.derive_variables_used() is
  'Lists the template expressions of a request, so that they can be searched and checked.';
revoke execute on function private.derive_variables_used() from public, anon, authenticated, service_role;

create trigger test_request_configs_derive_variables_used
  before insert or update on public.test_request_configs
  for each row execute function private.derive_variables_used();
comment on trigger test_request_configs_derive_variables_used on public.test_request_configs is 'Keeps variables_used in step with the request.';

create trigger test_request_configs_inherit_tenant
  before insert on public.test_request_configs
  for each row execute function private.inherit_from_parent('test_cases', 'test_case_id', 'organization_id');
comment on trigger test_request_configs_inherit_tenant on public.test_request_configs is 'Takes organization_id from the row in test_cases.';

create trigger test_request_configs_protect_columns
  before update on public.test_request_configs
  for each row execute function private.protect_columns('id', 'organization_id', 'test_case_id', 'created_at');
comment on trigger test_request_configs_protect_columns on public.test_request_configs is 'Refuses that a user changes who or what the row belongs to.';

create trigger test_request_configs_set_updated_at
  before update on public.test_request_configs
  for each row execute function private.set_updated_at();
comment on trigger test_request_configs_set_updated_at on public.test_request_configs is 'Keeps updated_at current.';
