-- The variables of a run take the place of those of its environment; a secret that is replaced is not decrypted.
-- Risk: none, functions are replaced.
set lock_timeout = '5s';

create or replace function private.get_plan_environment(run public.test_runs)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', environment.id, 'name', environment.name, 'base_url', environment.base_url,
    'variables', coalesce(
      (
        select jsonb_object_agg(variable.key, variable.value)
        from public.environment_variables as variable
        where variable.environment_id = environment.id and not variable.is_secret
      ),
      '{}'
    ) || coalesce(run.variables, '{}'),
    'secret_keys', coalesce(
      (
        select jsonb_agg(variable.key order by variable.key)
        from public.environment_variables as variable
        where variable.environment_id = environment.id and variable.is_secret and not coalesce(run.variables, '{}') ? variable.key
      ),
      '[]'
    )
  )
  from public.environments as environment
  where environment.id = run.environment_id
$$;

create or replace function private.read_run_secrets(run_id uuid, encryption_keys text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  run public.test_runs;
  secrets jsonb;
begin
  perform private.begin_service_action('resolve_run_secrets');
  select * into run from public.test_runs where id = read_run_secrets.run_id;
  if run.id is null then
    perform private.refuse('404', 'run not found', null, 'not_found');
  end if;
  select coalesce(
    jsonb_object_agg(variable.key, private.decrypt_secret(secret, encryption_keys)), '{}'
  ) into secrets
  from public.environment_variables as variable
  inner join private.secret_values as secret on secret.id = variable.secret_value_id
  where variable.environment_id = run.environment_id and variable.is_secret and not coalesce(run.variables, '{}') ? variable.key;
  perform private.write_audit_entry(
    run.organization_id, 'resolve_secrets', 'test_runs', run.id, null,
    jsonb_build_object('keys', (select coalesce(jsonb_agg(item.key), '[]') from jsonb_object_keys(secrets) as item (key)))
  );
  return secrets;
end;
$$;
