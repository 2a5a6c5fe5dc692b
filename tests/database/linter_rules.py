"""
The rules of Supabase's database linter, as queries of our own that name the offenders.

Where the linter allows for more (other schemas, settings that a local database lacks), these are stricter.
Left out: 0005 unused indexes and 0020 bloat, which depend on traffic; 0012 anonymous sign-ins, a setting.
"""

from typing import LiteralString

PARAMETERS: dict[str, list[str]] = {
    "exposed": ["public"],
    "own": ["public", "private", "partitions"],
    "callers": ["anon", "authenticated"],
}

LINTER_RULES: dict[str, LiteralString] = {
    "0001 unindexed foreign keys": """
        select conrelid::regclass || ' ' || conname as offender from pg_constraint
        where contype = 'f' and connamespace::regnamespace::text = any (%(own)s)
          and not exists (
            select from pg_index
            where indrelid = conrelid and indisvalid and indpred is null
              and (indkey::int2[])[0:cardinality(conkey) - 1] = conkey
          )
    """,
    "0002 auth.users exposed": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('v', 'm') and relnamespace::regnamespace::text = any (%(exposed)s) and exists (
            select from unnest(%(callers)s::text[]) as caller
            where has_any_column_privilege(caller, pg_class.oid, 'select')
          )
          and exists (
            select from pg_rewrite join pg_depend on pg_depend.objid = pg_rewrite.oid
            where ev_class = pg_class.oid and refobjid = to_regclass('auth.users')
          )
    """,
    "0003 functions of policies called per row": r"""
        select tablename || ' ' || policyname as offender from pg_policies
        where regexp_replace(concat(qual, ' ', with_check), 'SELECT ((auth|private)\.|current_setting\()', '', 'g')
          ~ '(auth|private)\.|current_setting\('
    """,
    "0004 no primary key": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('r', 'p') and relnamespace::regnamespace::text = any (%(own)s)
          and not exists (select from pg_index where indrelid = pg_class.oid and indisprimary)
    """,
    "0006 multiple permissive policies": """
        select polrelid::regclass || ' ' || command as offender from pg_policy
        cross join unnest(case polcmd when '*' then '{r,a,w,d}' else array[polcmd::text] end) as command
        where polpermissive
        group by polrelid, command
        having count(*) > 1
    """,
    "0007 policies without row security": """
        select polrelid::regclass || ' ' || polname as offender
        from pg_policy join pg_class on pg_class.oid = polrelid
        where not relrowsecurity
    """,
    "0008 row security without a policy": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relrowsecurity and relnamespace::regnamespace::text = any (%(exposed)s)
          and not exists (select from pg_policy where polrelid = pg_class.oid and polcmd in ('r', '*'))
    """,
    "0009 duplicate indexes": """
        select min(indexrelid::regclass::text) as offender
        from pg_index join pg_class on pg_class.oid = indrelid
        where relnamespace::regnamespace::text = any (%(own)s)
        group by indrelid, indkey::text, indclass::text, indoption::text, indcollation::text,
          pg_get_expr(indpred, indrelid), pg_get_expr(indexprs, indrelid)
        having count(*) > 1
    """,
    "0010 views with the rights of their owner": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind = 'v' and relnamespace::regnamespace::text = any (%(exposed)s) and exists (
            select from unnest(%(callers)s::text[]) as caller
            where has_any_column_privilege(caller, pg_class.oid, 'select')
          )
          and not coalesce(reloptions && '{security_invoker=true,security_invoker=on,security_invoker=1}', false)
    """,
    "0011 functions with a mutable search path": r"""
        select oid::regprocedure::text as offender from pg_proc
        where pronamespace::regnamespace::text = any (%(own)s)
          and not coalesce(proconfig @> array['search_path=""'], false)
    """,
    "0013 row security disabled": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('r', 'p') and relnamespace::regnamespace::text = any (%(own)s) and not relrowsecurity
    """,
    "0014 extensions in an exposed schema": """
        select extname::text as offender from pg_extension
        where extnamespace::regnamespace::text = any (%(exposed)s)
    """,
    "0015 policies that trust user_metadata": """
        select tablename || ' ' || policyname as offender from pg_policies where concat(qual, ' ', with_check) ~ 'user_meta_?data'
    """,
    "0016 materialized views in the API": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind = 'm' and relnamespace::regnamespace::text = any (%(exposed)s) and exists (
            select from unnest(%(callers)s::text[]) as caller
            where has_any_column_privilege(caller, pg_class.oid, 'select')
          )
    """,
    "0017 foreign tables in the API": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind = 'f' and relnamespace::regnamespace::text = any (%(exposed)s) and exists (
            select from unnest(%(callers)s::text[]) as caller
            where has_any_column_privilege(caller, pg_class.oid, 'select')
          )
    """,
    "0018 types that pg_upgrade refuses": """
        select pg_class.oid::regclass || '.' || attname as offender
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relkind in ('r', 'p', 'm') and relnamespace::regnamespace::text = any (%(own)s)
          and atttypid::regtype::text in (
            'regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator',
            'regproc', 'regprocedure'
          )
    """,
    "0019 queues without row security": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('r', 'p') and relnamespace::regnamespace::text = 'pgmq' and starts_with(relname, 'q_')
          and not relrowsecurity
    """,
    "0021 foreign keys to other than a primary key of auth": """
        select conrelid::regclass || ' ' || conname as offender
        from pg_constraint
        join pg_class on pg_class.oid = confrelid
        join pg_index on indexrelid = conindid
        where contype = 'f' and relnamespace::regnamespace::text = 'auth'
          and connamespace::regnamespace::text <> 'auth' and not indisprimary
    """,
    "0022 outdated extensions": """
        select name::text as offender from pg_available_extensions where installed_version <> default_version
    """,
    "0023 sensitive columns without row security": r"""
        select pg_class.oid::regclass || '.' || attname as offender
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relkind in ('r', 'p') and relnamespace::regnamespace::text = any (%(exposed)s)
          and not relrowsecurity
          and attname ~ '(password|passwd|secret|token|api_?key|private_?key|credit_?card|ssn|iban)'
    """,
    "0024 policies that let everybody write": """
        select tablename || ' ' || policyname as offender from pg_policies
        where permissive = 'PERMISSIVE' and cmd <> 'SELECT'
          and (
            qual in ('true', '(true)', '(1 = 1)')
            or with_check in ('true', '(true)', '(1 = 1)')
          )
    """,
    "0025 buckets that everybody may list": r"""
        select tablename || ' ' || policyname as offender from pg_policies
        where schemaname = 'storage' and tablename = 'objects' and cmd in ('SELECT', 'ALL')
          and qual !~ '(owner|name[^s]|auth\.|private\.)'
    """,
    "0026 tables that anon sees in GraphQL": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text = any (%(exposed)s)
          and has_any_column_privilege('anon', pg_class.oid, 'select')
          and exists (select from pg_extension where extname = 'pg_graphql')
    """,
    "0027 tables that users see in GraphQL": """
        select pg_class.oid::regclass::text as offender from pg_class
        where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text = any (%(exposed)s)
          and has_any_column_privilege('authenticated', pg_class.oid, 'select')
          and exists (select from pg_extension where extname = 'pg_graphql')
    """,
    "0028 definer functions that anon may call": """
        select oid::regprocedure::text as offender from pg_proc
        where prosecdef and pronamespace::regnamespace::text = any (%(exposed)s)
          and has_function_privilege('anon', oid, 'execute')
    """,
    "0029 definer functions that users may call": """
        select oid::regprocedure::text as offender from pg_proc
        where prosecdef and pronamespace::regnamespace::text = any (%(exposed)s)
          and has_function_privilege('authenticated', oid, 'execute')
    """,
}
