"""A database that breaks no rule of the linter, and for each rule the change that breaks it."""

from typing import LiteralString

GOOD_SCHEMA: LiteralString = """
    create schema private;
    create schema partitions;
    create table public.good (id uuid primary key, owner_id uuid);
    create index good_owner_id_idx on public.good (owner_id);
    alter table public.good enable row level security;
    revoke all on public.good from anon, authenticated, service_role;
    grant select, insert on public.good to authenticated;
    create policy good_select on public.good for select to authenticated
    using (owner_id = (select auth.uid()));
"""

OFFENCES: dict[str, LiteralString] = {
    "0001 unindexed foreign keys": """
        create table public.bad (id uuid primary key, good_id uuid references public.good (id));
        alter table public.bad enable row level security;
        -- Neither the second column of an index nor a part of the rows is enough.
        create index on public.bad (id, good_id);
        create index on public.bad (good_id) where id is not null;
    """,
    "0002 auth.users exposed": """
        create table auth.users (id uuid primary key);
        create view public.bad with (security_invoker = true) as select id from auth.users;
        grant select on public.bad to authenticated;
    """,
    "0003 functions of policies called per row": """
        alter policy good_select on public.good using (owner_id = auth.uid());
    """,
    "0004 no primary key": "create table public.bad (id uuid unique);",
    "0006 multiple permissive policies": """
        create policy bad on public.good for all to authenticated using (owner_id is null);
    """,
    "0007 policies without row security": """
        alter table public.good disable row level security;
    """,
    "0008 row security without a policy": """
        drop policy good_select on public.good;
    """,
    "0009 duplicate indexes": """
        create index bad on public.good (owner_id);
    """,
    "0010 views with the rights of their owner": """
        create view public.bad as select id from public.good;
        grant select on public.bad to authenticated;
    """,
    "0011 functions with a mutable search path": """
        create function private.bad() returns integer language sql set search_path = public as 'select 1';
    """,
    "0013 row security disabled": """
        create table partitions.bad (id uuid primary key);
    """,
    "0014 extensions in an exposed schema": "create extension citext with schema public;",
    "0015 policies that trust user_metadata": """
        alter policy good_select on public.good
        using (owner_id::text = ((select auth.jwt()) -> 'user_metadata' ->> 'owner'));
    """,
    "0016 materialized views in the API": """
        create materialized view public.bad as select 1 as one;
        grant select on public.bad to authenticated;
    """,
    "0017 foreign tables in the API": """
        create foreign data wrapper nowhere;
        create server nowhere foreign data wrapper nowhere;
        create foreign table public.bad (id uuid) server nowhere;
        grant select on public.bad to authenticated;
    """,
    "0018 types that pg_upgrade refuses": "create table public.bad (id uuid primary key, type regproc);",
    "0019 queues without row security": """
        create schema pgmq;
        create table pgmq.q_bad (id bigint primary key);
    """,
    "0021 foreign keys to other than a primary key of auth": """
        create table auth.accounts (id uuid primary key, name text unique);
        create table public.bad (id uuid primary key, name text references auth.accounts (name));
    """,
    "0022 outdated extensions": "create extension hstore with schema extensions version '1.7';",
    "0023 sensitive columns without row security": """
        create table public.bad (id uuid primary key, access_token text);
    """,
    "0024 policies that let everybody write": """
        create policy bad on public.good for insert to authenticated with check (1 = 1);
    """,
    "0025 buckets that everybody may list": """
        create table if not exists storage.objects (id uuid primary key, bucket_id text);
        create policy bad on storage.objects for select to anon using (bucket_id = 'avatars');
    """,
    "0026 tables that anon sees in GraphQL": """
        grant select (id) on public.good to anon;
        update pg_extension set extname = 'pg_graphql' where extname = 'pgcrypto';
    """,
    "0027 tables that users see in GraphQL": """
        update pg_extension set extname = 'pg_graphql' where extname = 'pgcrypto';
    """,
    "0028 definer functions that anon may call": """
        create function public.bad() returns integer language sql security definer set search_path = '' as 'select 1';
        grant execute on function public.bad() to anon;
    """,
    "0029 definer functions that users may call": """
        create function public.bad() returns integer language sql security definer set search_path = '' as 'select 1';
        grant execute on function public.bad() to authenticated;
    """,
}
