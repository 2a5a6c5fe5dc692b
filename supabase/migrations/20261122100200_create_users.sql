-- Users: the public face of auth.users, made by a trigger on sign-up.
-- Risk: adds triggers to auth.users; they never fail a sign-up because of odd metadata.
set lock_timeout = '5s';

create table public.users (
  id uuid not null,
  email text,
  full_name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_pkey primary key (id),
  constraint users_id_fkey foreign key (id) references auth.users (id) on delete cascade,
  constraint users_email_check check (char_length(email) <= 320),
  constraint users_full_name_check check (char_length(full_name) <= 200)
);
comment on table public.users is 'A person; one row per account, kept in step with auth.users by triggers.';
comment on column public.users.email is 'Copy of the address that auth verifies; change it through auth.';

alter table public.users enable row level security;
revoke all on table public.users from public, anon, authenticated, service_role;
grant select on table public.users to authenticated;
grant update (full_name) on table public.users to authenticated;
grant select, insert, update, delete on table public.users to service_role;

create function private.create_user()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.users (id, email, full_name)
  values (
    new.id,
    left(new.email, 320),
    left(coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'), 200)
  )
  on conflict (id) do nothing;
  return new;
end;
$$;
comment on function private.create_user() is
  'Definer because auth has no rights on public.users.';
revoke execute on function private.create_user() from public, anon, authenticated, service_role;

create function private.update_user_email()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.users set email = left(new.email, 320) where id = new.id;
  return new;
end;
$$;
comment on function private.update_user_email() is
  'Definer because auth has no rights on public.users.';
revoke execute on function private.update_user_email() from public, anon, authenticated, service_role;

-- No comments on these two triggers and none on policies there: auth.users is not ours to alter.
create trigger users_create_profile
  after insert on auth.users
  for each row execute function private.create_user();

create trigger users_update_profile_email
  after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function private.update_user_email();

insert into public.users (id, email, full_name)
select id, left(email, 320), left(raw_user_meta_data ->> 'full_name', 200)
from auth.users;

create trigger users_protect_columns
  before update on public.users
  for each row execute function private.protect_columns('id', 'email', 'created_at');
comment on trigger users_protect_columns on public.users is 'Refuses that a user changes who or what the row belongs to.';

create trigger users_set_updated_at
  before update on public.users
  for each row execute function private.set_updated_at();
comment on trigger users_set_updated_at on public.users is 'Keeps updated_at current.';
