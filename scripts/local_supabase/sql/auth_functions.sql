-- Who is calling, as PostgREST tells it: one setting per claim in old versions, all claims as JSON in current ones.
-- Owned by the superuser, so that the auth service cannot replace them with its own narrower versions.

create function auth.jwt() returns jsonb
language sql stable
as $$
    select nullif(
        coalesce(nullif(current_setting('request.jwt.claim', true), ''), current_setting('request.jwt.claims', true)), ''
    )::jsonb
$$;

create function auth.uid() returns uuid
language sql stable
as $$
    select nullif(coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    ), '')::uuid
$$;

create function auth.role() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;

create function auth.email() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$$;

grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email() to public;
