-- Saved searches: filters that a person keeps.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.saved_searches (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid not null default auth.uid(),
  name text not null,
  filters jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_searches_pkey primary key (id),
  constraint saved_searches_user_id_name_key unique (user_id, name),
  constraint saved_searches_user_id_fkey foreign key (organization_id, user_id)
    references public.organization_members (organization_id, user_id) on delete cascade,
  constraint saved_searches_name_check check (char_length(name) between 1 and 200),
  constraint saved_searches_filters_check
    check (jsonb_typeof(filters) = 'object' and pg_column_size(filters) <= 65536)
);
comment on table public.saved_searches is 'Filters that a person keeps: status, suites, environments, dates, categories, tags.';
comment on column public.saved_searches.filters is 'Kind of filter -> values: status, suites, environments, dates, failure categories, tags.';
create index saved_searches_organization_id_user_id_idx on public.saved_searches (organization_id, user_id);

alter table public.saved_searches enable row level security;
revoke all on table public.saved_searches from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.saved_searches to authenticated;
grant select, insert, update, delete on table public.saved_searches to service_role;

create policy saved_searches_select_self on public.saved_searches
  for select to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy saved_searches_select_self on public.saved_searches is 'People read their own searches.';

create policy saved_searches_insert_self on public.saved_searches
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy saved_searches_insert_self on public.saved_searches is 'People create their own searches.';

create policy saved_searches_update_self on public.saved_searches
  for update to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  )
  with check (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy saved_searches_update_self on public.saved_searches is 'People change their own searches.';

create policy saved_searches_delete_self on public.saved_searches
  for delete to authenticated
  using (
    user_id = (select auth.uid())
    and organization_id = any (array(select private.my_orgs('viewer')))
  );
comment on policy saved_searches_delete_self on public.saved_searches is 'People delete their own searches.';

create trigger saved_searches_set_creator
  before insert on public.saved_searches
  for each row execute function private.set_creator('user_id');
comment on trigger saved_searches_set_creator on public.saved_searches is 'Records who made the row.';

create trigger saved_searches_protect_columns
  before update on public.saved_searches
  for each row execute function private.protect_columns('id', 'organization_id', 'user_id', 'created_at');
comment on trigger saved_searches_protect_columns on public.saved_searches is 'Refuses that a user changes who or what the row belongs to.';

create trigger saved_searches_set_updated_at
  before update on public.saved_searches
  for each row execute function private.set_updated_at();
comment on trigger saved_searches_set_updated_at on public.saved_searches is 'Keeps updated_at current.';
