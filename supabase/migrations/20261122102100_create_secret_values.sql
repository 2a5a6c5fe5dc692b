-- Secret values: ciphertext under a key per row, derived from a key that only the service holds.
-- Risk: whoever loses the key of the service loses the values; nothing here can read them.
set lock_timeout = '5s';

create table private.secret_values (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  ciphertext bytea not null,
  key_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint secret_values_pkey primary key (id),
  constraint secret_values_organization_id_id_key unique (organization_id, id),
  constraint secret_values_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint secret_values_ciphertext_check check (octet_length(ciphertext) <= 131072),
  constraint secret_values_key_version_check check (key_version > 0)
);
comment on table private.secret_values is 'Ciphertext of secrets; no API role has rights here, not even the service.';
comment on column private.secret_values.key_version is 'Which key of the service encrypted the value.';
alter table private.secret_values enable row level security;
revoke all on table private.secret_values from public, anon, authenticated, service_role;

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

create function private.check_encryption_key(encryption_key text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(char_length(encryption_key), 0) < 32 then
    raise sqlstate 'PT422' using
      message = 'secret rejected',
      detail = 'the encryption key needs at least 32 characters',
      hint = 'secret_rejected';
  end if;
end;
$$;
comment on function private.check_encryption_key(text) is
  'Refuses keys that could be guessed.';
revoke execute on function private.check_encryption_key(text) from public, anon, authenticated, service_role;

create function private.encrypt_secret(secret_id uuid, key_version integer, value text, encryption_key text)
returns bytea
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_encryption_key(encryption_key);
  return extensions.pgp_sym_encrypt(
    value,
    private.derive_secret_key(secret_id, key_version, encryption_key),
    'cipher-algo=aes256, s2k-mode=1, compress-algo=0'
  );
end;
$$;
comment on function private.encrypt_secret(uuid, integer, text, text) is
  'Ciphertext of one secret.';
revoke execute on function private.encrypt_secret(uuid, integer, text, text) from public, anon, authenticated, service_role;

create function private.decrypt_secret(secret private.secret_values, encryption_key text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return extensions.pgp_sym_decrypt(
    secret.ciphertext,
    private.derive_secret_key(secret.id, secret.key_version, encryption_key)
  );
exception when others then
  -- The original error may quote what it met.
  raise sqlstate 'PT422' using
    message = 'secret rejected',
    detail = 'a stored secret cannot be read with this key',
    hint = 'secret_rejected';
end;
$$;
comment on function private.decrypt_secret(private.secret_values, text) is
  'Plain text of one secret; any failure is the same error, which reveals nothing.';
revoke execute on function private.decrypt_secret(private.secret_values, text) from public, anon, authenticated, service_role;
