-- Imports: what documents of other tools brought into a project, and the cases as they came.
-- Risk: none, new tables only. Pair: import_functions.
set lock_timeout = '5s';

create table public.api_imports (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  format text not null,
  source text not null,
  url text,
  report jsonb not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  constraint api_imports_pkey primary key (id),
  constraint api_imports_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint api_imports_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint api_imports_format_check check (char_length(format) between 1 and 50),
  constraint api_imports_source_check check (char_length(source) between 1 and 200),
  constraint api_imports_url_check check (url ~ '^https?://' and char_length(url) <= 2048),
  constraint api_imports_report_check
    check (jsonb_typeof(report) = 'object' and pg_column_size(report) <= 4194304)
);
comment on table public.api_imports is 'What an import of a document did, and what it could not.';
comment on column public.api_imports.source is 'Name of the document: a later version of it has the same.';
comment on column public.api_imports.report is 'What was created, updated, kept and not imported, each with the reason.';
create index api_imports_project_id_idx on public.api_imports (organization_id, project_id, created_at);
create index api_imports_created_by_idx on public.api_imports (created_by);

alter table public.api_imports enable row level security;
revoke all on table public.api_imports from public, anon, authenticated, service_role;
grant select, insert on table public.api_imports to authenticated;
grant select, insert, update, delete on table public.api_imports to service_role;

create policy api_imports_select_member on public.api_imports
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy api_imports_select_member on public.api_imports is 'Members read the imports of their organizations.';

create policy api_imports_insert_editor on public.api_imports
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy api_imports_insert_editor on public.api_imports is 'Editors import into the projects of their organizations.';

create trigger api_imports_inherit_tenant
  before insert on public.api_imports
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger api_imports_inherit_tenant on public.api_imports is 'Takes organization_id from the row in projects.';

create trigger api_imports_set_creator
  before insert on public.api_imports
  for each row execute function private.set_creator('created_by');
comment on trigger api_imports_set_creator on public.api_imports is 'Records who made the row.';

create table public.imported_cases (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  source text not null,
  origin text not null,
  test_case_id uuid,
  document jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint imported_cases_pkey primary key (id),
  constraint imported_cases_project_id_source_origin_key unique (project_id, source, origin),
  constraint imported_cases_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint imported_cases_test_case_id_fkey foreign key (organization_id, project_id, test_case_id)
    references public.test_cases (organization_id, project_id, id) on delete set null (test_case_id),
  constraint imported_cases_source_check check (char_length(source) between 1 and 200),
  constraint imported_cases_origin_check check (char_length(origin) between 1 and 2300),
  constraint imported_cases_document_check
    check (jsonb_typeof(document) = 'object' and pg_column_size(document) <= 4194304)
);
comment on table public.imported_cases is 'Test cases as they were imported last: what differs from it now, people have edited.';
comment on column public.imported_cases.source is 'Name of the document that the case came from.';
comment on column public.imported_cases.origin is 'Name of the case in the document, such as its method and path.';
comment on column public.imported_cases.test_case_id is 'Null when somebody has deleted the case: it is not imported again.';
comment on column public.imported_cases.document is 'The case as it was imported last.';
create index imported_cases_project_id_idx on public.imported_cases (organization_id, project_id);
create index imported_cases_test_case_id_idx on public.imported_cases (organization_id, project_id, test_case_id);

alter table public.imported_cases enable row level security;
revoke all on table public.imported_cases from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.imported_cases to authenticated;
grant select, insert, update, delete on table public.imported_cases to service_role;

create policy imported_cases_select_member on public.imported_cases
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy imported_cases_select_member on public.imported_cases is 'Members read what was imported into their organizations.';

create policy imported_cases_insert_editor on public.imported_cases
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy imported_cases_insert_editor on public.imported_cases is 'Editors import into the projects of their organizations.';

create policy imported_cases_update_editor on public.imported_cases
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy imported_cases_update_editor on public.imported_cases is 'Editors import again.';

create policy imported_cases_delete_editor on public.imported_cases
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy imported_cases_delete_editor on public.imported_cases is 'Editors forget what was imported.';

create trigger imported_cases_inherit_tenant
  before insert on public.imported_cases
  for each row execute function private.inherit_from_parent('projects', 'project_id', 'organization_id');
comment on trigger imported_cases_inherit_tenant on public.imported_cases is 'Takes organization_id from the row in projects.';

create trigger imported_cases_protect_columns
  before update on public.imported_cases
  for each row execute function private.protect_columns('id', 'organization_id', 'project_id', 'created_at');
comment on trigger imported_cases_protect_columns on public.imported_cases is 'Refuses that a user changes who or what the row belongs to.';

create trigger imported_cases_set_updated_at
  before update on public.imported_cases
  for each row execute function private.set_updated_at();
comment on trigger imported_cases_set_updated_at on public.imported_cases is 'Keeps updated_at current.';
