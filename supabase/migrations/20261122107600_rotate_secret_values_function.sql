-- Rotation: encrypts every secret anew, one bounded batch at a call; each row says which key reads it.
-- Risk: a batch locks its rows; reading goes on, setting one of these secrets waits for the batch.
set lock_timeout = '5s';

create function private.rotate_secret(secret private.secret_values, old_key text, new_key text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  new_version integer := private.find_key_version(new_key);
begin
  update private.secret_values as existing set
    ciphertext = private.encrypt_secret(
      secret.id, new_version, private.decrypt_secret(secret, array[old_key]), new_key
    ),
    key_version = new_version,
    updated_at = now()
  where existing.id = secret.id;
  return true;
exception when sqlstate 'PT422' then
  return false;
end;
$$;
comment on function private.rotate_secret(private.secret_values, text, text) is
  'Encrypts one secret anew; false, and the row as it was, when the old key does not read it.';
revoke execute on function private.rotate_secret(private.secret_values, text, text) from public, anon, authenticated, service_role;

create function private.audit_rotation(rotated_ids uuid[])
returns void
language sql
set search_path = ''
as $$
  select private.write_audit_entry(
    rotated.organization_id, 'rotate_secrets', 'secret_values', null, null,
    jsonb_build_object('count', count(*), 'key_version', max(rotated.key_version))
  )
  from private.secret_values as rotated
  where rotated.id = any (rotated_ids)
  group by rotated.organization_id
$$;
comment on function private.audit_rotation(uuid[]) is
  'One entry for each organization whose secrets were encrypted anew.';
revoke execute on function private.audit_rotation(uuid[]) from public, anon, authenticated, service_role;

create function private.rotate_batch(old_key text, new_key text, after_id uuid, batch_size integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  new_version integer := private.register_key(new_key);
  old_version integer := private.find_key_version(old_key);
  secret private.secret_values;
  rotated uuid[] := '{}';
  unreadable uuid[] := '{}';
  last_id uuid;
begin
  if old_version is null or old_version = new_version then
    perform private.reject_secret('the old key never encrypted a secret, or is the new one');
  end if;
  perform private.begin_service_action('rotate_secret_values');
  for secret in
    select * from private.secret_values as stored
    where stored.key_version = old_version and (after_id is null or stored.id > after_id)
    order by stored.id
    limit batch_size
    for no key update
  loop
    last_id := secret.id;
    if private.rotate_secret(secret, old_key, new_key) then
      rotated := rotated || secret.id;
    else
      unreadable := unreadable || secret.id;
    end if;
  end loop;
  perform private.audit_rotation(rotated);
  return jsonb_build_object(
    'rotated', cardinality(rotated), 'unreadable', to_jsonb(unreadable), 'last_id', last_id,
    'remaining', (select count(*) from private.secret_values as stored where stored.key_version = old_version)
  );
end;
$$;
comment on function private.rotate_batch(text, text, uuid, integer) is
  'Encrypts the next secrets of the old key anew. Definer: no API role may touch ciphertext.';
revoke execute on function private.rotate_batch(text, text, uuid, integer) from public, anon, authenticated, service_role;
grant execute on function private.rotate_batch(text, text, uuid, integer) to service_role;

create function public.rotate_secret_values(request jsonb)
returns jsonb
language sql
set statement_timeout = '60s'
set search_path = ''
as $$
  select private.rotate_batch(
    request ->> 'old_key', request ->> 'new_key', (request ->> 'after_id')::uuid,
    least(greatest(coalesce((request ->> 'batch_size')::integer, 500), 1), 10000)
  )
$$;
comment on function public.rotate_secret_values(jsonb) is
  'Request {old_key, new_key, after_id, batch_size}; answers {rotated, unreadable, last_id, remaining}; call until last_id is null.';
revoke execute on function public.rotate_secret_values(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.rotate_secret_values(jsonb) to service_role;
