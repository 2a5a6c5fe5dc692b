-- PostgREST learns of new tables and functions without a restart.

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;

create function extensions.reload_api_schema() returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
    notify pgrst, 'reload schema';
end
$$;

create event trigger reload_api_schema_on_change on ddl_command_end
when tag in (
    'ALTER DOMAIN', 'ALTER FUNCTION', 'ALTER MATERIALIZED VIEW', 'ALTER PROCEDURE', 'ALTER SCHEMA', 'ALTER TABLE',
    'ALTER TYPE', 'ALTER VIEW', 'COMMENT', 'CREATE DOMAIN', 'CREATE FUNCTION', 'CREATE MATERIALIZED VIEW',
    'CREATE PROCEDURE', 'CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'CREATE TRIGGER', 'CREATE TYPE',
    'CREATE VIEW', 'GRANT', 'REVOKE', 'SELECT INTO'
)
execute function extensions.reload_api_schema();

create event trigger reload_api_schema_on_drop on sql_drop
execute function extensions.reload_api_schema();
