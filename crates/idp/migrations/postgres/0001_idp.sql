-- What was chosen at the first start and is never derived again.
create table deployment (
    id        bigint not null primary key check (id = 1),
    rp_id     text collate "C" not null,
    entity_id text collate "C" not null,
    chosen_at bigint not null
);

-- The people. (`user` alone is a reserved word on PostgreSQL.)
create table users (
    id         text collate "C" primary key,
    email      text collate "C" not null,
    shown      text collate "C" not null,
    first_name text collate "C" not null,
    last_name  text collate "C" not null,
    username   text collate "C" not null,
    role       text collate "C",
    state      text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index users_by_email on users (email);
create unique index users_by_username on users (username);
create index users_by_role on users (role, id) where role is not null;

-- The keys that sign responses, sealed under the master key.
create table signing_key (
    id          text collate "C" primary key,
    algorithm   text collate "C" not null,
    sealed      bytea not null,
    certificate bytea not null,
    state       text collate "C" not null,
    created_at  bigint not null
);
create index signing_key_by_state on signing_key (state, created_at);

create table application (
    id             text collate "C" primary key,
    name           text collate "C" not null,
    instance       text collate "C" not null,
    access_url     text collate "C" not null,
    entity_id      text collate "C" not null,
    state          text collate "C" not null,
    audience       text collate "C" not null,
    name_id_format text collate "C" not null,
    name_id_source text collate "C" not null,
    signs          text collate "C" not null,
    created_at     bigint not null,
    updated_at     bigint not null,
    last_used_at   bigint
);
create unique index application_by_entity_id on application (entity_id);
create index application_by_name on application (name, id);

-- The registered assertion consumer services; position 0 is the default.
create table acs_url (
    application text collate "C" not null,
    position    bigint not null,
    url         text collate "C" not null,
    primary key (application, position)
);

create table claim_mapping (
    application text collate "C" not null,
    position    bigint not null,
    source      text collate "C" not null,
    fixed       text collate "C",
    name        text collate "C" not null,
    name_format text collate "C" not null,
    primary key (application, position)
);

-- Who may use an application whose audience is `chosen`.
create table assignment (
    application text collate "C" not null,
    person      text collate "C" not null,
    primary key (application, person)
);
create index assignment_by_person on assignment (person, application);

-- Persistent name identifiers: one per person and application, never derived from either.
create table persistent_id (
    application text collate "C" not null,
    person      text collate "C" not null,
    value       text collate "C" not null,
    primary key (application, person)
);
create unique index persistent_id_by_value on persistent_id (value);

-- A pending sign-in, bound to one browser: the request as it came, checked again at every step against the registration
-- of then. A finished one stays until its hour is over, without the request: its id is used up.
create table sign_in (
    id          text collate "C" primary key,
    browser     bytea not null,
    source      text collate "C" not null,
    application text collate "C" not null,
    request_id  text collate "C" not null,
    request     bytea not null,
    relay_state text collate "C",
    asked_at    bigint not null,
    expires_at  bigint not null,
    stage       text collate "C" not null,
    afresh      bigint not null,
    person      text collate "C",
    method      text collate "C",
    proven_at   bigint,
    known       text collate "C",
    finished_at bigint
);
create unique index sign_in_by_request on sign_in (application, request_id);
create index sign_in_by_browser on sign_in (browser, id);
create index sign_in_open_by_source on sign_in (source, id) where finished_at is null;
create index sign_in_by_end on sign_in (expires_at);
create index sign_in_by_application on sign_in (application, finished_at) where finished_at is not null;

-- Browsers in which a person has finished a passkey or hybrid ceremony before.
create table known_browser (
    id         text collate "C" primary key,
    secret     bytea not null,
    person     text collate "C" not null,
    label      text collate "C" not null,
    created_at bigint not null,
    used_at    bigint not null,
    expires_at bigint not null
);
create unique index known_browser_by_secret on known_browser (secret, person);
create index known_browser_by_person on known_browser (person, id);
create index known_browser_by_end on known_browser (expires_at);

-- An AuthnRequest that came by cross-site POST, kept until the same browser fetches it by GET.
create table arrival (
    handle      bytea primary key,
    browser     bytea not null,
    source      text collate "C" not null,
    xml         bytea not null,
    relay_state text collate "C",
    arrived_at  bigint not null,
    expires_at  bigint not null
);
create index arrival_by_source on arrival (source, expires_at);
create index arrival_by_end on arrival (expires_at);

-- Whom a set-up link names before there is a passkey: a person only once it is made.
create table owner_draft (
    person     text collate "C" primary key,
    shown      text collate "C" not null,
    first_name text collate "C" not null,
    last_name  text collate "C" not null,
    created_at bigint not null
);
