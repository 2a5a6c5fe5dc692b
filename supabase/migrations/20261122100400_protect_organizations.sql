-- Row-level security of users, organizations and members.
-- Risk: none, the tables are new.
set lock_timeout = '5s';

create policy users_select_peer on public.users
  for select to authenticated
  using (id = any (array(select private.my_peers())));
comment on policy users_select_peer on public.users is 'People see themselves and the members of their organizations.';

create policy users_update_self on public.users
  for update to authenticated
  using (id = (select auth.uid()))
  with check (id = (select auth.uid()));
comment on policy users_update_self on public.users is 'People change their own name.';

alter table public.organizations enable row level security;
revoke all on table public.organizations from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.organizations to authenticated;
grant select, insert, update, delete on table public.organizations to service_role;

create policy organizations_select_member on public.organizations
  for select to authenticated
  using (id = any (array(select private.my_orgs('viewer'))));
comment on policy organizations_select_member on public.organizations is 'Members read their organizations.';

create policy organizations_insert_anyone on public.organizations
  for insert to authenticated
  with check (created_by = (select auth.uid()));
comment on policy organizations_insert_anyone on public.organizations is 'Every signed-in person may found an organization.';

create policy organizations_update_admin on public.organizations
  for update to authenticated
  using (id = any (array(select private.my_orgs('admin'))))
  with check (id = any (array(select private.my_orgs('admin'))));
comment on policy organizations_update_admin on public.organizations is 'Admins change their organizations.';

create policy organizations_delete_owner on public.organizations
  for delete to authenticated
  using (id = any (array(select private.my_orgs('owner'))));
comment on policy organizations_delete_owner on public.organizations is 'Owners delete their organizations.';

create trigger organizations_set_creator
  before insert on public.organizations
  for each row execute function private.set_creator('created_by');
comment on trigger organizations_set_creator on public.organizations is 'Records who made the row.';

create trigger organizations_protect_columns
  before update on public.organizations
  for each row execute function private.protect_columns('id', 'created_by', 'created_at');
comment on trigger organizations_protect_columns on public.organizations is 'Refuses that a user changes who or what the row belongs to.';

create trigger organizations_set_updated_at
  before update on public.organizations
  for each row execute function private.set_updated_at();
comment on trigger organizations_set_updated_at on public.organizations is 'Keeps updated_at current.';

alter table public.organization_members enable row level security;
revoke all on table public.organization_members from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.organization_members to authenticated;
grant select, insert, update, delete on table public.organization_members to service_role;

create policy organization_members_select_member on public.organization_members
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy organization_members_select_member on public.organization_members is 'Members read the members of their organizations.';

create policy organization_members_insert_admin on public.organization_members
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy organization_members_insert_admin on public.organization_members is 'Admins create the members of their organizations.';

create policy organization_members_update_admin on public.organization_members
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy organization_members_update_admin on public.organization_members is 'Admins change the members of their organizations.';

create policy organization_members_delete_admin_or_self on public.organization_members
  for delete to authenticated
  using (
    organization_id = any (array(select private.my_orgs('admin')))
    or user_id = (select auth.uid())
  );
comment on policy organization_members_delete_admin_or_self on public.organization_members is 'Admins remove members, and every member may leave.';

create trigger organization_members_protect_columns
  before update on public.organization_members
  for each row execute function private.protect_columns('id', 'organization_id', 'user_id', 'created_at');
comment on trigger organization_members_protect_columns on public.organization_members is 'Refuses that a user changes who or what the row belongs to.';

create trigger organization_members_set_updated_at
  before update on public.organization_members
  for each row execute function private.set_updated_at();
comment on trigger organization_members_set_updated_at on public.organization_members is 'Keeps updated_at current.';
