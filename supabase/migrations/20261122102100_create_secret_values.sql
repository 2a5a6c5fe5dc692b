-- Secret values: ciphertext under a key per row, derived from a key that only the service holds.
-- Risk: whoever loses the key of the service loses the values; nothing here can read them.
set lock_timeout = '5s';

create table private.secret_keys (
  version integer generated always as identity,
  fingerprint bytea not null,
  created_at timestamptz not null default now(),
  constraint secret_keys_pkey primary key (version),
  constraint secret_keys_fingerprint_key unique (fingerprint),
  constraint secret_keys_fingerprint_check check (octet_length(fingerprint) = 32)
);
comment on table private.secret_keys is 'Keys of the service that were ever used, each known by its fingerprint alone.';
comment on column private.secret_keys.version is 'Grows with every key that the service was given.';
comment on column private.secret_keys.fingerprint is 'Keyed hash of a constant: tells keys apart and leads back to none.';
alter table private.secret_keys enable row level security;
revoke all on table private.secret_keys from public, anon, authenticated, service_role;

create table private.secret_values (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  ciphertext bytea not null,
  key_version integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint secret_values_pkey primary key (id),
  constraint secret_values_organization_id_id_key unique (organization_id, id),
  constraint secret_values_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint secret_values_key_version_fkey foreign key (key_version)
    references private.secret_keys (version),
  constraint secret_values_ciphertext_check check (octet_length(ciphertext) <= 131072)
);
comment on table private.secret_values is 'Ciphertext of secrets; no API role has rights here, not even the service.';
comment on column private.secret_values.ciphertext is 'OpenPGP message, AES-256.';
comment on column private.secret_values.key_version is 'Which key of the service encrypted the value.';
create index secret_values_key_version_idx on private.secret_values (key_version, id);
comment on index private.secret_values_key_version_idx is 'Serves the rotation, which goes through the rows of one key.';
alter table private.secret_values enable row level security;
revoke all on table private.secret_values from public, anon, authenticated, service_role;

create function private.reject_secret(detail text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise sqlstate 'PT422' using message = 'secret rejected', detail = detail, hint = 'secret_rejected';
end;
$$;
comment on function private.reject_secret(text) is
  'The one error of everything that has to do with secrets; callers pass constants, never values.';
revoke execute on function private.reject_secret(text) from public, anon, authenticated, service_role;

create function private.derive_secret_key(secret_id uuid, key_version integer, encryption_key text)
returns text
language sql
stable
set search_path = ''
as $$
  select encode(extensions.hmac(secret_id::text || ':' || key_version::text, encryption_key, 'sha256'), 'hex')
$$;
comment on function private.derive_secret_key(uuid, integer, text) is
  'Key of one row: binds a ciphertext to its row, so that swapped rows cannot be read.';
revoke execute on function private.derive_secret_key(uuid, integer, text) from public, anon, authenticated, service_role;

create function private.find_key_version(encryption_key text)
returns integer
language sql
stable
set search_path = ''
as $$
  select known.version
  from private.secret_keys as known
  where known.fingerprint = extensions.hmac('fingerprint', encryption_key, 'sha256')
$$;
comment on function private.find_key_version(text) is
  'Version of a key of the service; null when nothing was ever encrypted with it.';
revoke execute on function private.find_key_version(text) from public, anon, authenticated, service_role;

create function private.register_key(encryption_key text)
returns integer
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(char_length(encryption_key), 0) < 32 then
    perform private.reject_secret('the encryption key needs at least 32 characters');
  end if;
  if private.find_key_version(encryption_key) is null then
    insert into private.secret_keys (fingerprint)
    values (extensions.hmac('fingerprint', encryption_key, 'sha256'))
    on conflict do nothing;
  end if;
  return private.find_key_version(encryption_key);
end;
$$;
comment on function private.register_key(text) is
  'Version of a key of the service, given now if it is new. Refuses keys that could be guessed.';
revoke execute on function private.register_key(text) from public, anon, authenticated, service_role;

create function private.encrypt_secret(secret_id uuid, key_version integer, value text, encryption_key text)
returns bytea
language sql
set search_path = ''
as $$
  select extensions.pgp_sym_encrypt(
    value,
    private.derive_secret_key(secret_id, key_version, encryption_key),
    'cipher-algo=aes256, s2k-mode=1, compress-algo=0'
  )
$$;
comment on function private.encrypt_secret(uuid, integer, text, text) is
  'Ciphertext of one secret.';
revoke execute on function private.encrypt_secret(uuid, integer, text, text) from public, anon, authenticated, service_role;

create function private.decrypt_secret(secret private.secret_values, encryption_keys text[])
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  fitting_key text := (
    select candidate.encryption_key
    from unnest(encryption_keys) as candidate (encryption_key)
    where private.find_key_version(candidate.encryption_key) = secret.key_version
    limit 1
  );
begin
  if fitting_key is null then
    perform private.reject_secret('');
  end if;
  return extensions.pgp_sym_decrypt(
    secret.ciphertext,
    private.derive_secret_key(secret.id, secret.key_version, fitting_key)
  );
exception when others then
  -- The original error may quote what it met.
  perform private.reject_secret('a stored secret cannot be read with this key');
end;
$$;
comment on function private.decrypt_secret(private.secret_values, text[]) is
  'Plain text of one secret, with whichever of the keys encrypted it; any failure is the same error, which reveals nothing.';
revoke execute on function private.decrypt_secret(private.secret_values, text[]) from public, anon, authenticated, service_role;
