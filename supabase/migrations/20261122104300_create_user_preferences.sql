-- User preferences: how a person wants to be told and shown things.
-- Risk: none, new table only.
set lock_timeout = '5s';

create table public.user_preferences (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  email_on_failure boolean not null default true,
  email_on_suite_completion boolean not null default false,
  email_frequency text not null default 'immediate',
  theme text not null default 'system',
  default_environment uuid,
  timezone text not null default 'UTC',
  notification_channels jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_preferences_pkey primary key (id),
  constraint user_preferences_user_id_key unique (user_id),
  constraint user_preferences_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
  constraint user_preferences_default_environment_fkey foreign key (default_environment)
    references public.environments (id) on delete set null,
  constraint user_preferences_email_frequency_check
    check (email_frequency in ('immediate', 'daily', 'weekly')),
  constraint user_preferences_theme_check check (theme in ('system', 'light', 'dark')),
  constraint user_preferences_timezone_check check (char_length(timezone) between 1 and 100),
  constraint user_preferences_notification_channels_check check (
    jsonb_typeof(notification_channels) in ('array', 'object') and pg_column_size(notification_channels) <= 65536
  )
);
comment on table public.user_preferences is 'How a person wants to be told and shown things.';
comment on column public.user_preferences.notification_channels is 'Where to tell the person besides e-mail.';
comment on column public.user_preferences.timezone is 'Name in the IANA database, such as Europe/Berlin.';
create index user_preferences_default_environment_idx on public.user_preferences (default_environment);

alter table public.user_preferences enable row level security;
revoke all on table public.user_preferences from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.user_preferences to authenticated;
grant select, insert, update, delete on table public.user_preferences to service_role;

create policy user_preferences_select_self on public.user_preferences
  for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy user_preferences_select_self on public.user_preferences is 'People read their own preferences.';

create policy user_preferences_insert_self on public.user_preferences
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and (
      default_environment is null
      or default_environment in (
        select environment.id
        from public.environments as environment
        where environment.organization_id = any (array(select private.my_orgs('viewer')))
      )
    )
  );
comment on policy user_preferences_insert_self on public.user_preferences is 'People create their own preferences; the default environment is one they can see.';

create policy user_preferences_update_self on public.user_preferences
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (
    user_id = (select auth.uid())
    and (
      default_environment is null
      or default_environment in (
        select environment.id
        from public.environments as environment
        where environment.organization_id = any (array(select private.my_orgs('viewer')))
      )
    )
  );
comment on policy user_preferences_update_self on public.user_preferences is 'People change their own preferences; the default environment is one they can see.';

create policy user_preferences_delete_self on public.user_preferences
  for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy user_preferences_delete_self on public.user_preferences is 'People delete their own preferences.';

create trigger user_preferences_set_creator
  before insert on public.user_preferences
  for each row execute function private.set_creator('user_id');
comment on trigger user_preferences_set_creator on public.user_preferences is 'Records who made the row.';

create trigger user_preferences_protect_columns
  before update on public.user_preferences
  for each row execute function private.protect_columns('id', 'user_id', 'created_at');
comment on trigger user_preferences_protect_columns on public.user_preferences is 'Refuses that a user changes who or what the row belongs to.';

create trigger user_preferences_set_updated_at
  before update on public.user_preferences
  for each row execute function private.set_updated_at();
comment on trigger user_preferences_set_updated_at on public.user_preferences is 'Keeps updated_at current.';
