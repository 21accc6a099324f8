-- How the holder of a domain proves it, and what the last check of that found.
-- A domain without a token was vouched for by the operator.
alter table domain add column version integer not null default 1;
alter table domain add column token text;
alter table domain add column proof text;
alter table domain add column checked_at integer;
alter table domain add column finding text;
alter table domain add column check_due_at integer;
alter table domain add column missing_since integer;
alter table domain add column waiting_since integer;
alter table domain add column superseded_at integer;
create index domain_by_check on domain (check_due_at) where check_due_at is not null;
create index domain_by_name on domain (name);

-- A configuration is used for signing in from the moment it was saved for the first time.
alter table saml_configuration add column saved_at integer;
update saml_configuration set saved_at = updated_at
    where entity_id is not null and sso_url is not null and certificate is not null;

-- Counts the changes to a directory: two administrators who edit it are told.
alter table directory add column version integer not null default 1;
