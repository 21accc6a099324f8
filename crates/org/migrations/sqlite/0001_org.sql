-- What was chosen at the first start and is never derived again.
create table deployment (
    id         integer not null primary key check (id = 1),
    rp_id      text not null,
    public_url text not null,
    chosen_at  integer not null
) strict;

-- Customers of this deployment.
create table organization (
    id         text not null primary key,
    key        text not null,
    name       text not null,
    plan       text not null,
    created_at integer not null
) strict;
create unique index organization_key on organization (key);

-- People. One account for an address, whatever the organisations it belongs to.
create table account (
    id         text not null primary key,
    address    text not null,
    domain     text not null,
    shown_as   text not null,
    first_name text,
    last_name  text,
    standing   text not null,
    managed_by text references organization (id),
    created_at integer not null
) strict;
create unique index account_address on account (address);
create index account_by_domain on account (domain, id);

-- Sources of accounts: one local, and the identity providers'.
create table directory (
    id           text not null primary key,
    organization text not null references organization (id),
    kind         text not null,
    name         text not null,
    enabled      integer not null,
    jit          integer not null,
    created_at   integer not null
) strict;
create index directory_by_organization on directory (organization, id);
create unique index directory_local on directory (organization) where kind = 'local';

-- How the members of a directory sign in.
create table authentication_policy (
    id           text not null primary key,
    organization text not null references organization (id),
    directory    text not null references directory (id),
    name         text not null,
    is_default   integer not null,
    sso          text not null,
    idle         integer not null,
    absolute     integer not null,
    created_at   integer not null
) strict;
create index authentication_policy_by_organization on authentication_policy (organization, id);
create unique index authentication_policy_default on authentication_policy (directory) where is_default = 1;

-- Who belongs to which organisation.
create table membership (
    organization text not null references organization (id),
    account      text not null references account (id),
    role         text not null,
    named_policy text references authentication_policy (id),
    created_at   integer not null,
    primary key (organization, account)
) strict;
create index membership_by_account on membership (account, organization);

-- Domains named by an organisation; at most one organisation holds the proof.
create table domain (
    organization text not null references organization (id),
    name         text not null,
    verified_at  integer,
    claim        text not null,
    linked_to    text references directory (id),
    created_at   integer not null,
    primary key (organization, name)
) strict;
create unique index domain_verified on domain (name) where verified_at is not null;

-- How a directory speaks SAML. What the identity provider gives may come later.
create table saml_configuration (
    unique_id    text not null primary key,
    organization text not null references organization (id),
    directory    text not null references directory (id),
    version      integer not null,
    entity_id    text,
    sso_url      text,
    certificate  blob,
    next_certificate blob,
    created_at   integer not null,
    updated_at   integer not null
) strict;
create unique index saml_configuration_directory on saml_configuration (directory);

-- What a directory's identity provider calls an account, for ever.
create table account_link (
    directory text not null references directory (id),
    stable_id text not null,
    account   text not null references account (id),
    linked_at integer not null,
    primary key (directory, stable_id)
) strict;
create unique index account_link_account on account_link (directory, account);

-- Requests that a browser took to an identity provider.
create table pending_request (
    id          text not null primary key,
    browser     blob not null,
    relay_state blob not null,
    connection  text not null,
    typed       text,
    return_to   text not null,
    opened_at   integer not null,
    expires_at  integer not null,
    returned_at integer,
    returns     integer not null
) strict;
create index pending_request_by_browser on pending_request (browser, opened_at);
create index pending_request_by_end on pending_request (expires_at);

-- Responses that were verified and wait for the browser's own GET, and those that were taken.
create table arrival (
    handle      text not null primary key,
    browser     blob not null,
    connection  text not null,
    request     text not null,
    relay_state blob not null,
    digest      blob not null,
    message     blob not null,
    typed       text,
    return_to   text not null,
    arrived_at  integer not null,
    expires_at  integer not null,
    taken_at    integer,
    session     text,
    refused     text,
    tracking    text
) strict;
create index arrival_by_browser on arrival (browser, arrived_at);
create unique index arrival_request on arrival (request);
create index arrival_by_end on arrival (expires_at);

-- Assertions that were accepted once, until nobody could accept them again.
create table used_assertion (
    issuer     text not null,
    id         text not null,
    expires_at integer not null,
    primary key (issuer, id)
) strict;
create index used_assertion_by_end on used_assertion (expires_at);
