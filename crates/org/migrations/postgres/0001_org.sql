-- What was chosen at the first start and is never derived again.
create table deployment (
    id         bigint not null primary key check (id = 1),
    rp_id      text collate "C" not null,
    public_url text collate "C" not null,
    chosen_at  bigint not null
);

-- Customers of this deployment.
create table organization (
    id         text collate "C" not null primary key,
    key        text collate "C" not null,
    name       text collate "C" not null,
    plan       text collate "C" not null,
    created_at bigint not null
);
create unique index organization_key on organization (key);

-- People. One account for an address, whatever the organisations it belongs to.
create table account (
    id         text collate "C" not null primary key,
    address    text collate "C" not null,
    domain     text collate "C" not null,
    shown_as   text collate "C" not null,
    first_name text collate "C",
    last_name  text collate "C",
    standing   text collate "C" not null,
    managed_by text collate "C" references organization (id),
    created_at bigint not null
);
create unique index account_address on account (address);
create index account_by_domain on account (domain, id);

-- Sources of accounts: one local, and the identity providers'.
create table directory (
    id           text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    kind         text collate "C" not null,
    name         text collate "C" not null,
    enabled      bigint not null,
    jit          bigint not null,
    created_at   bigint not null
);
create index directory_by_organization on directory (organization, id);
create unique index directory_local on directory (organization) where kind = 'local';

-- How the members of a directory sign in.
create table authentication_policy (
    id           text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    directory    text collate "C" not null references directory (id),
    name         text collate "C" not null,
    is_default   bigint not null,
    sso          text collate "C" not null,
    idle         bigint not null,
    absolute     bigint not null,
    created_at   bigint not null
);
create index authentication_policy_by_organization on authentication_policy (organization, id);
create unique index authentication_policy_default on authentication_policy (directory) where is_default = 1;

-- Who belongs to which organisation.
create table membership (
    organization text collate "C" not null references organization (id),
    account      text collate "C" not null references account (id),
    role         text collate "C" not null,
    named_policy text collate "C" references authentication_policy (id),
    created_at   bigint not null,
    primary key (organization, account)
);
create index membership_by_account on membership (account, organization);

-- Domains named by an organisation; at most one organisation holds the proof.
create table domain (
    organization text collate "C" not null references organization (id),
    name         text collate "C" not null,
    verified_at  bigint,
    claim        text collate "C" not null,
    linked_to    text collate "C" references directory (id),
    created_at   bigint not null,
    primary key (organization, name)
);
create unique index domain_verified on domain (name) where verified_at is not null;

-- How a directory speaks SAML. What the identity provider gives may come later.
create table saml_configuration (
    unique_id    text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    directory    text collate "C" not null references directory (id),
    version      bigint not null,
    entity_id    text collate "C",
    sso_url      text collate "C",
    certificate  bytea,
    next_certificate bytea,
    created_at   bigint not null,
    updated_at   bigint not null
);
create unique index saml_configuration_directory on saml_configuration (directory);

-- What a directory's identity provider calls an account, for ever.
create table account_link (
    directory text collate "C" not null references directory (id),
    stable_id text collate "C" not null,
    account   text collate "C" not null references account (id),
    linked_at bigint not null,
    primary key (directory, stable_id)
);
create unique index account_link_account on account_link (directory, account);

-- Requests that a browser took to an identity provider.
create table pending_request (
    id          text collate "C" not null primary key,
    browser     bytea not null,
    relay_state bytea not null,
    connection  text collate "C" not null,
    typed       text collate "C",
    return_to   text collate "C" not null,
    opened_at   bigint not null,
    expires_at  bigint not null,
    returned_at bigint,
    returns     bigint not null
);
create index pending_request_by_browser on pending_request (browser, opened_at);
create index pending_request_by_end on pending_request (expires_at);

-- Responses that were verified and wait for the browser's own GET, and those that were taken.
create table arrival (
    handle      text collate "C" not null primary key,
    browser     bytea not null,
    connection  text collate "C" not null,
    request     text collate "C" not null,
    relay_state bytea not null,
    digest      bytea not null,
    message     bytea not null,
    typed       text collate "C",
    return_to   text collate "C" not null,
    arrived_at  bigint not null,
    expires_at  bigint not null,
    taken_at    bigint,
    session     text collate "C",
    refused     text collate "C",
    tracking    text collate "C"
);
create index arrival_by_browser on arrival (browser, arrived_at);
create unique index arrival_request on arrival (request);
create index arrival_by_end on arrival (expires_at);

-- Assertions that were accepted once, until nobody could accept them again.
create table used_assertion (
    issuer     text collate "C" not null,
    id         text collate "C" not null,
    expires_at bigint not null,
    primary key (issuer, id)
);
create index used_assertion_by_end on used_assertion (expires_at);
