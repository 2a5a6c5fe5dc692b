-- Organizations and members: the tenant, and who may do what in it.
-- Risk: none, new tables only. Pair: guard_members.
set lock_timeout = '5s';

create table public.organizations (
  id uuid not null default gen_random_uuid(),
  name text not null,
  slug text not null,
  description text,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organizations_pkey primary key (id),
  constraint organizations_slug_key unique (slug),
  constraint organizations_created_by_fkey foreign key (created_by)
    references public.users (id) on delete set null,
  constraint organizations_name_check check (char_length(name) between 1 and 200),
  constraint organizations_slug_check check (slug ~ '^[a-z0-9-]+$' and char_length(slug) <= 63),
  constraint organizations_description_check check (char_length(description) <= 5000)
);
comment on table public.organizations is 'A tenant: everything but users belongs to exactly one organization.';
create index organizations_created_by_idx on public.organizations (created_by);

create table public.organization_members (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  user_id uuid not null,
  role public.organization_role not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_members_pkey primary key (id),
  constraint organization_members_organization_id_user_id_key unique (organization_id, user_id),
  constraint organization_members_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint organization_members_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade
);
comment on table public.organization_members is 'Who belongs to an organization, and in which role.';
create index organization_members_user_id_idx
  on public.organization_members (user_id) include (organization_id, role);
comment on index public.organization_members_user_id_idx is 'Serves private.my_orgs.';

create function private.my_orgs(minimum_role public.organization_role default 'viewer')
returns setof uuid
language sql
stable security definer rows 10
set search_path = ''
as $$
  select member.organization_id
  from public.organization_members as member
  where member.user_id = (select auth.uid()) and member.role >= minimum_role
$$;
comment on function private.my_orgs(public.organization_role) is
  'Organizations in which the caller has at least this role. Definer: policies on members must not recurse.';
revoke execute on function private.my_orgs(public.organization_role) from public, anon, authenticated, service_role;
grant execute on function private.my_orgs(public.organization_role) to authenticated, service_role;

create function private.my_peers()
returns setof uuid
language sql
stable security definer rows 50
set search_path = ''
as $$
  select (select auth.uid())
  union
  select member.user_id
  from public.organization_members as member
  where member.organization_id = any (array(select private.my_orgs('viewer')))
$$;
comment on function private.my_peers() is
  'The caller and the members of their organizations. Definer: policies on members must not recurse.';
revoke execute on function private.my_peers() from public, anon, authenticated, service_role;
grant execute on function private.my_peers() to authenticated, service_role;
