-- Taking and declining an invitation, by the person whose verified address it was made for.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.find_my_invitation(invitation_id uuid)
returns public.organization_invitations
language plpgsql
security definer
set search_path = ''
as $$
declare
  invitation public.organization_invitations;
begin
  select * into invitation from public.organization_invitations as stored
  where stored.id = invitation_id and stored.email = private.my_verified_email()
  for update;
  if invitation.id is null then
    perform private.refuse('404', 'invitation not found', null, 'not_found');
  end if;
  return invitation;
end;
$$;
comment on function private.find_my_invitation(uuid) is
  'Locks an invitation of the caller. Definer: who is invited may not write it.';
revoke execute on function private.find_my_invitation(uuid) from public, anon, authenticated, service_role;

create function private.accept_invitation(invitation_id uuid)
returns public.organization_members
language plpgsql
security definer
set search_path = ''
as $$
declare
  invitation public.organization_invitations := private.find_my_invitation(invitation_id);
  membership public.organization_members;
begin
  if invitation.expires_at <= now()
    or not private.has_role(invitation.invited_by, invitation.organization_id, greatest(invitation.role, 'admin')) then
    perform private.refuse('410', 'invitation expired', 'ask an admin of the organization to renew it', 'invitation_expired');
  end if;
  insert into public.organization_members (organization_id, user_id, role)
  values (invitation.organization_id, auth.uid(), invitation.role)
  on conflict (organization_id, user_id) do nothing;
  delete from public.organization_invitations where id = invitation.id;
  select * into membership from public.organization_members as member
  where member.organization_id = invitation.organization_id and member.user_id = auth.uid();
  return membership;
end;
$$;
comment on function private.accept_invitation(uuid) is
  'Makes the caller a member and forgets the invitation; who is one already keeps their role. Definer: they could not write members.';
revoke execute on function private.accept_invitation(uuid) from public, anon, authenticated, service_role;
grant execute on function private.accept_invitation(uuid) to authenticated;

create function private.decline_invitation(invitation_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  invitation public.organization_invitations := private.find_my_invitation(invitation_id);
begin
  delete from public.organization_invitations where id = invitation.id;
end;
$$;
comment on function private.decline_invitation(uuid) is
  'Forgets an invitation of the caller. Definer: who is invited may not write it.';
revoke execute on function private.decline_invitation(uuid) from public, anon, authenticated, service_role;
grant execute on function private.decline_invitation(uuid) to authenticated;

create function public.accept_invitation(request jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select to_jsonb(member) || jsonb_build_object('user', (
    select jsonb_build_object('id', person.id, 'email', person.email, 'full_name', person.full_name)
    from public.users as person where person.id = member.user_id
  ))
  from private.accept_invitation((request ->> 'invitation_id')::uuid) as member
$$;
comment on function public.accept_invitation(jsonb) is
  'Request {invitation_id}; answers the caller''s membership with {user: {id, email, full_name}}.';
revoke execute on function public.accept_invitation(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.accept_invitation(jsonb) to authenticated;

create function public.decline_invitation(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.decline_invitation((request ->> 'invitation_id')::uuid);
  return '{}';
end;
$$;
comment on function public.decline_invitation(jsonb) is
  'Request {invitation_id}; answers {}.';
revoke execute on function public.decline_invitation(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.decline_invitation(jsonb) to authenticated;
