-- Request configurations: settings of the authentication, cookies, and how the request is carried.
-- Risk: a short exclusive lock on test_request_configs, whose rows the checks read once.
set lock_timeout = '5s';

alter table public.test_request_configs
  add column auth jsonb not null default '{}',
  add column cookies jsonb not null default '{}',
  add column transfer jsonb not null default '{}',
  add constraint test_request_configs_auth_check
    check (jsonb_typeof(auth) = 'object' and pg_column_size(auth) <= 65536),
  add constraint test_request_configs_cookies_check
    check (jsonb_typeof(cookies) = 'object' and pg_column_size(cookies) <= 65536),
  add constraint test_request_configs_transfer_check
    check (jsonb_typeof(transfer) = 'object' and pg_column_size(transfer) <= 262144);
comment on column public.test_request_configs.auth is
  'Settings of auth_type, all of them templates: secrets stay in variables of the environment.';
comment on column public.test_request_configs.cookies is 'Name of the cookie -> value.';
comment on column public.test_request_configs.transfer is
  'Redirects, cookie jar, proxy, TLS, HTTP version, timeouts, size limit and compression.';

create or replace function private.derive_variables_used()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  select coalesce(array_agg(distinct found.match[1] order by found.match[1]), '{}') into new.variables_used
  from regexp_matches(
    concat_ws(
      ' ', new.headers, new.query_params, new.path_params, new.body, new.auth_token_ref, new.auth, new.cookies,
      new.transfer
    ),
    '\{\{\s*([^{}]+?)\s*\}\}', 'g'
  ) as found (match);
  return new;
end;
$$;
