-- Runs after the auth service made its tables; may run again.

do $$
begin
    if to_regclass('auth.users') is null then
        raise exception 'auth.users is missing: the auth service did not make its tables';
    end if;
    if exists (
        select from pg_catalog.pg_proc
        where pronamespace = 'auth'::regnamespace
            and proname in ('uid', 'role', 'email', 'jwt')
            and proowner <> 'supabase_admin'::regrole
    ) then
        raise exception 'The auth service replaced auth.uid() or a sibling, which PostgREST needs';
    end if;
end
$$;

grant all on all tables in schema auth to postgres, dashboard_user;
grant all on all sequences in schema auth to postgres, dashboard_user;

-- On for every auth table, as hosted. The auth service owns them and is exempt.
do $$
declare
    auth_table regclass;
begin
    for auth_table in
        select oid from pg_catalog.pg_class
        where relnamespace = 'auth'::regnamespace and relkind = 'r' and not relrowsecurity
    loop
        execute format('alter table %s enable row level security', auth_table);
    end loop;
end
$$;

-- For seeds that insert users directly.
alter table auth.users alter column is_anonymous set default false;
