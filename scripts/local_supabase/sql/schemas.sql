-- Schemas, their owners, and the privileges that objects made later in `public` start with.

alter schema public owner to postgres;
create schema extensions authorization postgres;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema vault;
create schema supabase_migrations authorization postgres;

grant usage on schema public, extensions, auth, storage to postgres, anon, authenticated, service_role;
grant usage on schema extensions to dashboard_user, supabase_auth_admin;
grant usage on schema vault to postgres, service_role;

alter default privileges for role postgres, supabase_admin in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_auth_admin in schema auth
grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth
grant all on sequences to postgres, dashboard_user;
