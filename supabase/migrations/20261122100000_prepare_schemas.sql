-- Schemas, extension and default privileges: nothing is reachable unless a migration grants it.
-- Risk: none, new objects only.
set lock_timeout = '5s';

create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;

create schema private;
comment on schema private is 'Helpers and ciphertext; never exposed through the API.';
create schema partitions;
comment on schema partitions is 'Leaves of partitioned tables, reachable only through their parents.';

-- Hosted projects grant new objects to the API roles by default; here every grant is written out.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

revoke all on schema private from public;
revoke all on schema partitions from public;
grant usage on schema private to authenticated, service_role;

create type public.organization_role as enum ('viewer', 'editor', 'admin', 'owner');
comment on type public.organization_role is 'Roles in ascending order: each may do what the one before it may.';
