-- API endpoints: what the test cases of a project call.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.api_endpoints (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  name text not null,
  path text not null,
  method text not null,
  description text,
  tags text[] not null default '{}',
  documentation_url text,
  request_schema jsonb,
  response_schemas jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint api_endpoints_pkey primary key (id),
  constraint api_endpoints_organization_id_project_id_id_key unique (organization_id, project_id, id),
  constraint api_endpoints_project_id_path_method_key unique (project_id, path, method),
  constraint api_endpoints_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint api_endpoints_name_check check (char_length(name) between 1 and 200),
  constraint api_endpoints_path_check check (char_length(path) between 1 and 2048),
  constraint api_endpoints_method_check
    check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')),
  constraint api_endpoints_description_check check (char_length(description) <= 5000),
  constraint api_endpoints_tags_check check (cardinality(tags) <= 50 and pg_column_size(tags) <= 8192),
  constraint api_endpoints_documentation_url_check
    check (documentation_url ~ '^https?://' and char_length(documentation_url) <= 2048),
  constraint api_endpoints_schema_size_check
    check (pg_column_size(request_schema) <= 1048576 and pg_column_size(response_schemas) <= 1048576)
);
comment on table public.api_endpoints is 'A method and path of the API under test.';
comment on column public.api_endpoints.tags is 'Free labels, at most 50.';
comment on column public.api_endpoints.request_schema is 'Imported JSON schema of the request body.';
comment on column public.api_endpoints.response_schemas is 'Imported JSON schemas, keyed by status code.';
create index idx_api_endpoints_tags on public.api_endpoints using gin (tags);

alter table public.api_endpoints enable row level security;
revoke all on table public.api_endpoints from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.api_endpoints to authenticated;
grant select, insert, update, delete on table public.api_endpoints to service_role;

create policy api_endpoints_select_member on public.api_endpoints
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy api_endpoints_select_member on public.api_endpoints is 'Members read the endpoints of their organizations.';

create policy api_endpoints_insert_editor on public.api_endpoints
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy api_endpoints_insert_editor on public.api_endpoints is 'Editors create the endpoints of their organizations.';

create policy api_endpoints_update_editor on public.api_endpoints
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy api_endpoints_update_editor on public.api_endpoints is 'Editors change the endpoints of their organizations.';

create policy api_endpoints_delete_editor on public.api_endpoints
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy api_endpoints_delete_editor on public.api_endpoints is 'Editors delete the endpoints of their organizations.';

create trigger api_endpoints_inherit_tenant
  before insert on public.api_endpoints
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger api_endpoints_inherit_tenant on public.api_endpoints is 'Takes organization_id from the row in projects.';

create trigger api_endpoints_protect_columns
  before update on public.api_endpoints
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'created_at');
comment on trigger api_endpoints_protect_columns on public.api_endpoints is 'Refuses that a user changes who or what the row belongs to.';

create trigger api_endpoints_set_updated_at
  before update on public.api_endpoints
  for each row execute function private.set_updated_at();
comment on trigger api_endpoints_set_updated_at on public.api_endpoints is 'Keeps updated_at current.';
