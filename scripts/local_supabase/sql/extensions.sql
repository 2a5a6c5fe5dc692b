-- Made here because `postgres` may not make them itself; migrations say `create extension if not exists`.

create extension pgcrypto with schema extensions;
create extension vector with schema extensions;
create extension pg_trgm with schema extensions;
create extension pg_stat_statements with schema extensions;

-- The bundled PostgreSQL lacks the library behind uuid-ossp: give the one function that people use.
do $$
begin
    create extension "uuid-ossp" with schema extensions;
exception when undefined_file or feature_not_supported then
    create function extensions.uuid_generate_v4() returns uuid
    language sql volatile parallel safe
    as 'select pg_catalog.gen_random_uuid()';
end
$$;

grant execute on all functions in schema extensions to public;
