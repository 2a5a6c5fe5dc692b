"""Rules of this project that hold for the whole schema, read from the catalogue; see also the linter's."""

from typing import Any

import pytest

from tests.fixtures.database import Connect

RULES: dict[str, str] = {
    "one permissive policy per table and action, for authenticated alone": """
        select tablename || ' ' || cmd as offender from pg_policies
        where schemaname = 'public'
        group by tablename, cmd, permissive
        having count(*) > 1 or bool_or(roles <> '{authenticated}')
          or (permissive = 'PERMISSIVE') = (cmd = 'ALL')
          and concat(min(qual), min(with_check)) !~ 'my_token'
    """,
    "API tokens that are bound to a project see and write nothing of another one": """
        select table_name as offender from information_schema.columns as c
        where table_schema = 'public'
          and column_name in ('project_id', 'environment_id', 'run_id', 'result_id', 'test_case_id')
          and not exists (
            select from pg_policies
            where schemaname = 'public' and tablename = c.table_name and cmd = 'ALL'
              and permissive = 'RESTRICTIVE' and qual ~ 'private\\.my_token_'
          )
    """,
    "nothing is granted to anon or to everybody": """
        select coalesce(relname, proname) as offender
        from (
          select relname, null as proname, relacl as acl from pg_class
          where relnamespace::regnamespace::text in ('public', 'private', 'partitions')
          union all
          select null, proname, coalesce(proacl, acldefault('f', proowner)) from pg_proc
          where pronamespace::regnamespace::text in ('public', 'private', 'partitions')
          union all
          select nspname, null, nspacl from pg_namespace where nspname in ('private', 'partitions')
        ) as object
        cross join lateral aclexplode(acl) as granted
        where granted.grantee in (0, 'anon'::regrole)
    """,
    "the ciphertext and the partitions are out of reach of every API role": """
        select pg_class.oid::regclass || ' ' || role as offender from pg_class
        cross join unnest(array['anon', 'authenticated', 'service_role']) as role
        where (relnamespace = 'partitions'::regnamespace
            or pg_class.oid = 'private.secret_values'::regclass)
          and relkind in ('r', 'p')
          and has_table_privilege(role, pg_class.oid, 'select, insert, update, delete')
    """,
    "definers live in private": """
        select oid::regprocedure::text as offender from pg_proc
        where prosecdef and proowner = 'postgres'::regrole and pronamespace <> 'private'::regnamespace
    """,
    "definers say why": """
        select oid::regprocedure::text as offender from pg_proc
        where prosecdef and pronamespace = 'private'::regnamespace
          and obj_description(oid, 'pg_proc') !~ 'Definer'
    """,
    "what users may let take long does not wait for locks as long": """
        select oid::regprocedure::text as offender from pg_proc
        where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute')
          and array_to_string(proconfig, ' ') ~ 'statement_timeout=' and array_to_string(proconfig, ' ') !~ 'lock_timeout='
    """,
    "leaves live in the schema of partitions": """
        select oid::regclass::text as offender from pg_class
        where relispartition and relkind in ('r', 'p') and relowner = 'postgres'::regrole
          and relnamespace <> 'partitions'::regnamespace
    """,
    "the schema of partitions is closed to every API role": """
        select role as offender from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_schema_privilege(role, 'partitions', 'usage')
    """,
    "anon may use no private schema": """
        select nspname as offender from pg_namespace
        where nspname in ('private', 'partitions') and has_schema_privilege('anon', oid, 'usage')
    """,
    "every text is bounded": """
        select attrelid::regclass || '.' || attname as offender
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'private')
          and attnum > 0 and not attisdropped and atttypid in ('text'::regtype, 'bytea'::regtype)
          and not exists (
            select from pg_constraint
            where conrelid = attrelid and contype = 'c' and attnum = any (conkey)
              and pg_get_constraintdef(oid) ~ '(char_length|octet_length| = ANY | ~ |period = )'
          )
    """,
    "every document and array is bounded, or limited by a trigger": """
        select attrelid::regclass || '.' || attname as offender
        from pg_attribute
        join pg_class on pg_class.oid = attrelid
        join pg_type on pg_type.oid = atttypid
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'private')
          and attnum > 0 and not attisdropped and (typname = 'jsonb' or typcategory = 'A')
          and not exists (
            select from pg_constraint
            where conrelid = attrelid and contype = 'c' and attnum = any (conkey)
              and pg_get_constraintdef(pg_constraint.oid) ~ '(pg_column_size|cardinality)'
          )
          and not exists (
            select from pg_trigger where tgrelid = attrelid and tgname like '%_check_limits'
          )
    """,
    "columns whose meaning is not in the name are explained": """
        select attrelid::regclass || '.' || attname as offender
        from pg_attribute
        join pg_class on pg_class.oid = attrelid
        join pg_type on pg_type.oid = atttypid
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'private')
          and attnum > 0 and not attisdropped and col_description(attrelid, attnum) is null
          and (typname in ('jsonb', 'bytea', 'date', 'interval') or typcategory in ('A', 'N'))
          and attname !~ '_(ms|hours|days|count)$'
    """,
    "exposed functions take one request and answer jsonb": """
        select oid::regprocedure::text as offender from pg_proc
        where pronamespace = 'public'::regnamespace
          and (proargnames <> '{request}' or proargtypes <> '3802'::oidvector
            or prorettype <> 'jsonb'::regtype)
    """,
    "every tenant table names its organization, and does not let it go": """
        select relname as offender from pg_class
        where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
          and relname not in ('users', 'organizations', 'user_preferences')
          and not exists (
            select from pg_attribute
            where attrelid = pg_class.oid and attname = 'organization_id' and attnotnull
          )
    """,
    "constraints are named after their table": """
        select conname as offender from pg_constraint
        join pg_class on pg_class.oid = conrelid
        where connamespace::regnamespace::text in ('public', 'private') and contype in ('p', 'u', 'f', 'c')
          and conname not like relname || '\\_%'
    """,
}

COMMENTED = {
    "tables": """
        select oid::regclass::text as name, obj_description(oid, 'pg_class') as comment from pg_class
        where relkind in ('r', 'p')
          and relnamespace::regnamespace::text in ('public', 'private', 'partitions')
    """,
    "functions": """
        select oid::regprocedure::text as name, obj_description(oid, 'pg_proc') as comment
        from pg_proc where pronamespace::regnamespace::text in ('public', 'private')
    """,
    "policies": """
        select polname as name, obj_description(pg_policy.oid, 'pg_policy') as comment
        from pg_policy join pg_class on pg_class.oid = polrelid
        where relnamespace = 'public'::regnamespace
    """,
    "triggers": """
        select tgname as name, obj_description(pg_trigger.oid, 'pg_trigger') as comment
        from pg_trigger join pg_class on pg_class.oid = tgrelid
        where relnamespace = 'public'::regnamespace and not tgisinternal and tgparentid = 0
    """,
}

INDEXES_OF_THE_SEED = {
    "idx_test_execution_context_run_id",
    "idx_test_results_run_id",
    "idx_test_results_created_at",
    "idx_test_dependencies_dependent_test_id",
    "idx_performance_metrics_test_case_id",
    "idx_performance_metrics_date",
    "idx_test_cases_suite_id",
    "idx_test_cases_enabled",
    "idx_api_credentials_user_id",
    "idx_test_runs_lookup",
    "idx_performance_metrics_lookup",
    "idx_api_endpoints_tags",
    "idx_test_data_fixtures_tags",
}


async def list_rows(database: Connect, query: str) -> list[dict[str, Any]]:
    connection = await database()
    cursor = await connection.execute(query.encode())
    return await cursor.fetchall()


@pytest.mark.parametrize("rule", RULES)
async def test_rule(rule: str, database: Connect) -> None:
    offenders = [row["offender"] for row in await list_rows(database, RULES[rule])]
    assert not offenders, f"{rule}: {offenders}"


@pytest.mark.parametrize("kind", COMMENTED)
async def test_everything_is_commented(kind: str, database: Connect) -> None:
    rows = await list_rows(database, COMMENTED[kind])
    assert len(rows) > 20
    assert [row["name"] for row in rows if not row["comment"]] == []


async def test_the_indexes_of_the_seed_keep_their_names(database: Connect) -> None:
    rows = await list_rows(database, "select indexname from pg_indexes where schemaname = 'public'")
    assert {row["indexname"] for row in rows} >= INDEXES_OF_THE_SEED
