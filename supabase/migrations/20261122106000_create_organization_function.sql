-- create_organization: an organization with its founder as owner, in one call.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.refuse(status text, message text, detail text, hint text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT' || status, message = message, detail = coalesce(detail, ''), hint = hint;
end;
$$;
comment on function private.refuse(text, text, text, text) is
  'Raises an error that PostgREST answers with this HTTP status; the hint is the stable code.';
revoke execute on function private.refuse(text, text, text, text) from public, anon, authenticated, service_role;
grant execute on function private.refuse(text, text, text, text) to authenticated, service_role;

create function public.create_organization(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  new_id uuid := gen_random_uuid();
begin
  insert into public.organizations (id, name, slug, description)
  values (new_id, request ->> 'name', request ->> 'slug', request ->> 'description');
  -- Only now, with the membership made by the trigger, may the founder read it.
  return (select to_jsonb(organization) from public.organizations as organization where organization.id = new_id);
end;
$$;
comment on function public.create_organization(jsonb) is
  'Request {name, slug, description}; answers the organization.';
revoke execute on function public.create_organization(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.create_organization(jsonb) to authenticated;
