-- What a policy is set to, since when and until when; and what else it holds.
alter table authentication_policy add column enforced_at bigint;
alter table authentication_policy add column returns_at bigint;
alter table authentication_policy add column confirmed_at bigint;
alter table authentication_policy add column required_until bigint;
alter table authentication_policy add column reverification bigint;
alter table authentication_policy add column api_token_life bigint;
alter table authentication_policy add column version bigint not null default 1;
-- What was enforced before there was a probation stays enforced.
update authentication_policy set enforced_at = created_at, returns_at = created_at,
    confirmed_at = created_at where sso = 'enforced';
update authentication_policy set api_token_life = 31536000000000;

-- Deleted accounts are switched off at once and gone after a time in which that can be undone.
alter table account add column delete_after bigint;
create index account_to_delete on account (delete_after) where delete_after is not null;

-- Everybody who administers something, for the rules about them.
create index membership_administrators on membership (account, organization) where role = 'administrator';

-- Accounts under one name, for policies and for products.
create table account_group (
    id           text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    name         text collate "C" not null,
    name_key     text collate "C" not null,
    source       text collate "C" not null,
    created_at   bigint not null
);
create unique index account_group_name on account_group (organization, name_key);

create table account_group_member (
    account_group text collate "C" not null references account_group (id),
    account       text collate "C" not null references account (id),
    joined_at     bigint not null,
    primary key (account_group, account)
);
create index account_group_by_account on account_group_member (account, account_group);

-- Members of a group have a policy; the first rule that fits decides.
create table policy_rule (
    organization  text collate "C" not null references organization (id),
    account_group text collate "C" not null references account_group (id),
    policy        text collate "C" not null references authentication_policy (id),
    place         bigint not null,
    primary key (organization, account_group)
);
create unique index policy_rule_place on policy_rule (organization, place);

-- What came of the last sign-in of an account through a directory, and when one last opened a session.
create table directory_sign_in (
    directory  text collate "C" not null references directory (id),
    account    text collate "C" not null references account (id),
    version    bigint not null,
    at         bigint not null,
    refused    text collate "C",
    came_in_at bigint,
    primary key (directory, account)
);
create index directory_sign_in_by_time on directory_sign_in (directory, came_in_at);

-- Test sign-ins that are at the identity provider, and what came of the others.
create table pending_test (
    id           text collate "C" not null primary key,
    browser      bytea not null,
    relay_state  bytea not null,
    connection   text collate "C" not null,
    organization text collate "C" not null references organization (id),
    policy       text collate "C" not null references authentication_policy (id),
    begun_by     text collate "C" not null,
    opened_at    bigint not null,
    expires_at   bigint not null
);
create index pending_test_by_browser on pending_test (browser, opened_at);
create index pending_test_by_end on pending_test (expires_at);

create table test_sign_in (
    id           text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    policy       text collate "C" not null,
    begun_by     text collate "C" not null,
    fingerprint  bytea not null,
    account      text collate "C",
    stable_id    bigint not null,
    refused      text collate "C",
    findings     text collate "C" not null,
    at           bigint not null,
    expires_at   bigint not null
);
create index test_sign_in_by_policy on test_sign_in (policy, at);
create index test_sign_in_by_end on test_sign_in (expires_at);
