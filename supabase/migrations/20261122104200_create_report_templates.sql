-- Report templates: what a report of an organization contains.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.report_templates (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid,
  name text not null,
  includes_performance boolean not null default true,
  includes_failures boolean not null default true,
  includes_flaky_tests boolean not null default true,
  includes_trends boolean not null default true,
  date_range_days integer not null default 7,
  environments text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint report_templates_pkey primary key (id),
  constraint report_templates_organization_id_name_key unique (organization_id, name),
  constraint report_templates_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint report_templates_user_id_fkey foreign key (user_id)
    references public.users (id) on delete set null,
  constraint report_templates_name_check check (char_length(name) between 1 and 200),
  constraint report_templates_date_range_days_check check (date_range_days between 1 and 730),
  constraint report_templates_environments_check
    check (cardinality(environments) <= 100 and pg_column_size(environments) <= 16384)
);
comment on table public.report_templates is 'What a report of an organization contains.';
comment on column public.report_templates.environments is 'Names of the environments to report on; empty for all.';
create index report_templates_user_id_idx on public.report_templates (user_id);

alter table public.report_templates enable row level security;
revoke all on table public.report_templates from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.report_templates to authenticated;
grant select, insert, update, delete on table public.report_templates to service_role;

create policy report_templates_select_member on public.report_templates
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy report_templates_select_member on public.report_templates is 'Members read the report templates of their organizations.';

create policy report_templates_insert_editor on public.report_templates
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy report_templates_insert_editor on public.report_templates is 'Editors create the report templates of their organizations.';

create policy report_templates_update_editor on public.report_templates
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))))
  with check (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy report_templates_update_editor on public.report_templates is 'Editors change the report templates of their organizations.';

create policy report_templates_delete_editor on public.report_templates
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('editor'))));
comment on policy report_templates_delete_editor on public.report_templates is 'Editors delete the report templates of their organizations.';

create trigger report_templates_set_creator
  before insert on public.report_templates
  for each row execute function private.set_creator('user_id');
comment on trigger report_templates_set_creator on public.report_templates is 'Records who made the row.';

create trigger report_templates_protect_columns
  before update on public.report_templates
  for each row execute function private.protect_columns('id', 'organization_id', 'user_id', 'created_at');
comment on trigger report_templates_protect_columns on public.report_templates is 'Refuses that a user changes who or what the row belongs to.';

create trigger report_templates_set_updated_at
  before update on public.report_templates
  for each row execute function private.set_updated_at();
comment on trigger report_templates_set_updated_at on public.report_templates is 'Keeps updated_at current.';
