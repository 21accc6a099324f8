-- What a policy is set to, since when and until when; and what else it holds.
alter table authentication_policy add column enforced_at integer;
alter table authentication_policy add column returns_at integer;
alter table authentication_policy add column confirmed_at integer;
alter table authentication_policy add column required_until integer;
alter table authentication_policy add column reverification integer;
alter table authentication_policy add column api_token_life integer;
alter table authentication_policy add column version integer not null default 1;
-- What was enforced before there was a probation stays enforced.
update authentication_policy set enforced_at = created_at, returns_at = created_at,
    confirmed_at = created_at where sso = 'enforced';
update authentication_policy set api_token_life = 31536000000000;

-- Deleted accounts are switched off at once and gone after a time in which that can be undone.
alter table account add column delete_after integer;
create index account_to_delete on account (delete_after) where delete_after is not null;

-- Everybody who administers something, for the rules about them.
create index membership_administrators on membership (account, organization) where role = 'administrator';

-- Accounts under one name, for policies and for products.
create table account_group (
    id           text not null primary key,
    organization text not null references organization (id),
    name         text not null,
    name_key     text not null,
    source       text not null,
    created_at   integer not null
) strict;
create unique index account_group_name on account_group (organization, name_key);

create table account_group_member (
    account_group text not null references account_group (id),
    account       text not null references account (id),
    joined_at     integer not null,
    primary key (account_group, account)
) strict;
create index account_group_by_account on account_group_member (account, account_group);

-- Members of a group have a policy; the first rule that fits decides.
create table policy_rule (
    organization  text not null references organization (id),
    account_group text not null references account_group (id),
    policy        text not null references authentication_policy (id),
    place         integer not null,
    primary key (organization, account_group)
) strict;
create unique index policy_rule_place on policy_rule (organization, place);

-- What came of the last sign-in of an account through a directory, and when one last opened a session.
create table directory_sign_in (
    directory  text not null references directory (id),
    account    text not null references account (id),
    version    integer not null,
    at         integer not null,
    refused    text,
    came_in_at integer,
    primary key (directory, account)
) strict;
create index directory_sign_in_by_time on directory_sign_in (directory, came_in_at);

-- Test sign-ins that are at the identity provider, and what came of the others.
create table pending_test (
    id           text not null primary key,
    browser      blob not null,
    relay_state  blob not null,
    connection   text not null,
    organization text not null references organization (id),
    policy       text not null references authentication_policy (id),
    begun_by     text not null,
    opened_at    integer not null,
    expires_at   integer not null
) strict;
create index pending_test_by_browser on pending_test (browser, opened_at);
create index pending_test_by_end on pending_test (expires_at);

create table test_sign_in (
    id           text not null primary key,
    organization text not null references organization (id),
    policy       text not null,
    begun_by     text not null,
    fingerprint  blob not null,
    account      text,
    stable_id    integer not null,
    refused      text,
    findings     text not null,
    at           integer not null,
    expires_at   integer not null
) strict;
create index test_sign_in_by_policy on test_sign_in (policy, at);
create index test_sign_in_by_end on test_sign_in (expires_at);
