-- Invitations: admins offer a role to an address, and whoever owns the address takes it.
-- Risk: none, new objects only.
set lock_timeout = '5s';

create table public.organization_invitations (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  organization_name text not null,
  email text not null,
  role public.organization_role not null,
  invited_by uuid not null default auth.uid(),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_invitations_pkey primary key (id),
  constraint organization_invitations_organization_id_email_key unique (organization_id, email),
  constraint organization_invitations_invited_by_fkey foreign key (organization_id, invited_by)
    references public.organization_members (organization_id, user_id) on delete cascade,
  constraint organization_invitations_organization_name_check check (char_length(organization_name) <= 200),
  constraint organization_invitations_email_check check (
    char_length(email) between 3 and 320 and position('@' in email) > 1 and email = lower(email)
  ),
  constraint organization_invitations_expires_at_check check (expires_at <= updated_at + interval '744 hours')
);
comment on table public.organization_invitations is 'Roles that are offered to addresses and neither taken nor declined yet.';
comment on column public.organization_invitations.organization_name is 'As it was when the invitation was made: who is invited cannot see the organization.';
comment on column public.organization_invitations.email is 'In lower case, as auth keeps addresses; who takes the offer has verified it.';
comment on column public.organization_invitations.invited_by is 'Who made or changed it last: it goes when they leave, and is void while their role is too low.';
comment on column public.organization_invitations.expires_at is 'At most 31 days after the last change.';
create index organization_invitations_email_idx on public.organization_invitations (email);
create index organization_invitations_invited_by_idx on public.organization_invitations (organization_id, invited_by);

create function private.my_verified_email()
returns text
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  return (
    select lower(account.email) from auth.users as account
    where account.id = auth.uid() and account.email_confirmed_at is not null and private.my_token_id() is null
  );
end;
$$;
comment on function private.my_verified_email() is
  'The address that auth has verified of the caller; null for a machine. Definer: callers do not read auth.users.';
revoke execute on function private.my_verified_email() from public, anon, authenticated, service_role;
grant execute on function private.my_verified_email() to authenticated;

alter table public.organization_invitations enable row level security;
revoke all on table public.organization_invitations from public, anon, authenticated, service_role;
grant select, delete on table public.organization_invitations to authenticated;
grant insert (id, organization_id, email, role, invited_by, expires_at) on table public.organization_invitations to authenticated;
grant update (role, expires_at) on table public.organization_invitations to authenticated;
grant select, insert, update, delete on table public.organization_invitations to service_role;

create policy organization_invitations_select_admin_or_invited on public.organization_invitations
  for select to authenticated
  using (
    organization_id = any (array(select private.my_orgs('admin')))
    or email = (select private.my_verified_email())
  );
comment on policy organization_invitations_select_admin_or_invited on public.organization_invitations is 'Admins see the invitations of their organizations, and people their own.';

create policy organization_invitations_insert_admin on public.organization_invitations
  for insert to authenticated
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy organization_invitations_insert_admin on public.organization_invitations is 'Admins invite to their organizations.';

create policy organization_invitations_update_admin on public.organization_invitations
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy organization_invitations_update_admin on public.organization_invitations is 'Admins change the invitations of their organizations.';

create policy organization_invitations_delete_admin on public.organization_invitations
  for delete to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy organization_invitations_delete_admin on public.organization_invitations is 'Admins withdraw the invitations of their organizations.';

create function private.guard_invitation()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  own_role public.organization_role;
begin
  if (select auth.uid()) is null then
    return new;
  end if;
  new.invited_by := (select auth.uid());
  select member.role into own_role
  from public.organization_members as member
  where member.organization_id = new.organization_id and member.user_id = new.invited_by;
  if new.role > own_role or (tg_op = 'UPDATE' and old.role > own_role) then
    perform private.refuse('403', 'role above your own', 'nobody hands out a role above their own', 'role_above_own');
  end if;
  return new;
end;
$$;
comment on function private.guard_invitation() is
  'Nobody invites to a role above their own; whoever changes an invitation vouches for it.';
revoke execute on function private.guard_invitation() from public, anon, authenticated, service_role;

create function private.describe_invitation()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.organization_name := (select organization.name from public.organizations as organization where organization.id = new.organization_id);
  if new.organization_name is null then
    perform private.refuse('404', 'organization not found', null, 'not_found');
  end if;
  perform from public.organization_members as member
  inner join public.users as person on person.id = member.user_id
  where member.organization_id = new.organization_id and lower(person.email) = new.email;
  if found then
    perform private.refuse('409', 'already a member', 'a member has this address', 'already_member');
  end if;
  return new;
end;
$$;
comment on function private.describe_invitation() is
  'Tells to what the invitation is; refuses one for a member. As the invoker: an organization that they do not see does not exist.';
revoke execute on function private.describe_invitation() from public, anon, authenticated, service_role;

create trigger organization_invitations_describe
  before insert on public.organization_invitations
  for each row execute function private.describe_invitation();
comment on trigger organization_invitations_describe on public.organization_invitations is 'Copies the name of the organization.';

create trigger organization_invitations_protect_columns
  before update on public.organization_invitations
  for each row execute function private.protect_columns(
    'id', 'organization_id', 'organization_name', 'email', 'invited_by', 'created_at'
  );
comment on trigger organization_invitations_protect_columns on public.organization_invitations is 'Refuses that a user changes who or what the row belongs to.';

-- After the one that protects columns, in the order of their names: it sets invited_by.
create trigger organization_invitations_set_inviter
  before insert or update on public.organization_invitations
  for each row execute function private.guard_invitation();
comment on trigger organization_invitations_set_inviter on public.organization_invitations is 'Nobody hands out a role above their own.';

create trigger organization_invitations_set_updated_at
  before update on public.organization_invitations
  for each row execute function private.set_updated_at();
comment on trigger organization_invitations_set_updated_at on public.organization_invitations is 'Keeps updated_at current.';

create trigger organization_invitations_audit
  after insert or update or delete on public.organization_invitations
  for each row execute function private.audit_change();
comment on trigger organization_invitations_audit on public.organization_invitations is 'Logs every change.';

create policy organization_invitations_refuse_tokens on public.organization_invitations
  as restrictive for all to authenticated
  using ((select private.my_token_id()) is null);
comment on policy organization_invitations_refuse_tokens on public.organization_invitations is 'Tokens do not manage members.';
