-- An organization always has an owner, and nobody hands out a role above their own.
-- Risk: none, new triggers on new tables.
set lock_timeout = '5s';

create function private.create_owner_membership()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.created_by is not null then
    insert into public.organization_members (organization_id, user_id, role)
    values (new.id, new.created_by, 'owner');
  end if;
  return null;
end;
$$;
comment on function private.create_owner_membership() is
  'Definer: the founder is not a member yet, so may not write members.';
revoke execute on function private.create_owner_membership() from public, anon, authenticated, service_role;

create trigger organizations_create_owner_membership
  after insert on public.organizations
  for each row execute function private.create_owner_membership();
comment on trigger organizations_create_owner_membership on public.organizations is 'Makes the founder the first owner.';

create function private.guard_member_role()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  own_role public.organization_role;
  highest_role public.organization_role;
begin
  if current_user not in ('authenticated', 'anon') then
    return coalesce(new, old);
  end if;
  if tg_op = 'DELETE' and old.user_id = (select auth.uid()) then
    return old;
  end if;
  select member.role into own_role
  from public.organization_members as member
  where member.organization_id = coalesce(new.organization_id, old.organization_id)
    and member.user_id = (select auth.uid());
  highest_role := greatest(new.role, old.role);
  if highest_role > own_role then
    raise sqlstate 'PT403' using
      message = 'role above your own',
      detail = format('only a member with the role %s or higher may do this', highest_role),
      hint = 'role_above_own';
  end if;
  return coalesce(new, old);
end;
$$;
comment on function private.guard_member_role() is
  'Nobody grants, takes away or removes a role above their own.';
revoke execute on function private.guard_member_role() from public, anon, authenticated, service_role;

create trigger organization_members_guard_role
  before insert or update or delete on public.organization_members
  for each row execute function private.guard_member_role();
comment on trigger organization_members_guard_role on public.organization_members is 'Nobody grants, takes away or removes a role above their own.';

create function private.guard_last_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.role = 'owner' then
    return null;
  end if;
  -- The lock makes two owners who leave at the same moment see each other.
  perform from public.organizations where id = old.organization_id for no key update;
  if not found then
    return null;
  end if;
  perform from public.organization_members
  where organization_id = old.organization_id and role = 'owner';
  if not found then
    raise sqlstate 'PT409' using
      message = 'an organization needs an owner',
      detail = 'the last owner cannot leave or take another role',
      hint = 'last_owner';
  end if;
  return null;
end;
$$;
comment on function private.guard_last_owner() is
  'Definer: counts owners whatever the caller can see. A vanishing organization may lose its owner.';
revoke execute on function private.guard_last_owner() from public, anon, authenticated, service_role;

create trigger organization_members_guard_last_owner
  after update or delete on public.organization_members
  for each row
  when (old.role = 'owner') execute function private.guard_last_owner();
comment on trigger organization_members_guard_last_owner on public.organization_members is 'The last owner cannot leave or be demoted.';
