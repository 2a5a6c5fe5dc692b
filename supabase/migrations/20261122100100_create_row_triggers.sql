-- Trigger functions that every table shares: timestamps, creator, tenant of the parent, protected columns.
-- Risk: none, new functions only.
set lock_timeout = '5s';

create function private.set_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
comment on function private.set_updated_at() is
  'Keeps updated_at current.';
revoke execute on function private.set_updated_at() from public, anon, authenticated, service_role;

create function private.set_creator()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Without a person (service, maintenance) the writer decides.
  if (select auth.uid()) is null then
    return new;
  end if;
  return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], (select auth.uid())));
end;
$$;
comment on function private.set_creator() is
  'Puts the signed-in user into the column named by the argument, whatever the client sent.';
revoke execute on function private.set_creator() from public, anon, authenticated, service_role;

create function private.inherit_from_parent()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  parent_row jsonb;
  inherited jsonb;
begin
  -- As the invoker: a parent that the user cannot see does not exist for them.
  execute format('select to_jsonb(parent) from public.%I as parent where parent.id = $1', tg_argv[0])
    into parent_row
    using (to_jsonb(new) ->> tg_argv[1])::uuid;
  if parent_row is null then
    raise sqlstate 'PT404' using
      message = 'not found',
      detail = format('%s does not name an existing row of %s', tg_argv[1], tg_argv[0]),
      hint = 'not_found';
  end if;
  select jsonb_object_agg(column_name, parent_row -> column_name) into inherited
  from unnest(tg_argv[2:]) as column_name;
  return jsonb_populate_record(new, inherited);
end;
$$;
comment on function private.inherit_from_parent() is
  'Arguments: parent table, column that names the parent, columns to copy from the parent.';
revoke execute on function private.inherit_from_parent() from public, anon, authenticated, service_role;

create function private.protect_columns()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  protected_column text;
begin
  if current_user not in ('authenticated', 'anon') then
    return new;
  end if;
  foreach protected_column in array tg_argv loop
    if to_jsonb(new) -> protected_column is distinct from to_jsonb(old) -> protected_column then
      raise insufficient_privilege using
        message = format('%s cannot be changed', protected_column),
        hint = 'protected_column';
    end if;
  end loop;
  return new;
end;
$$;
comment on function private.protect_columns() is
  'Refuses that an API user changes one of the columns named by the arguments.';
revoke execute on function private.protect_columns() from public, anon, authenticated, service_role;
