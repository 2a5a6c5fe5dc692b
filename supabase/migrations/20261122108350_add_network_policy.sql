-- Organizations: which hosts and networks their tests may reach.
-- Risk: a short exclusive lock on organizations, whose rows the check reads once.
set lock_timeout = '5s';

alter table public.organizations
  add column network_policy jsonb not null default '{}',
  add constraint organizations_network_policy_check
    check (jsonb_typeof(network_policy) = 'object' and pg_column_size(network_policy) <= 65536);
comment on column public.organizations.network_policy is
  '{allow, deny}: hosts, *.suffixes and networks in CIDR notation; read by members, changed by admins.';
