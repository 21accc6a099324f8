-- What was chosen at the first start and is never derived again.
create table deployment (
    id        integer not null primary key check (id = 1),
    rp_id     text not null,
    entity_id text not null,
    chosen_at integer not null
) strict;

-- The people. (`user` alone is a reserved word on PostgreSQL.)
create table users (
    id         text primary key,
    email      text not null,
    shown      text not null,
    first_name text not null,
    last_name  text not null,
    username   text not null,
    role       text,
    state      text not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create unique index users_by_email on users (email);
create unique index users_by_username on users (username);
create index users_by_role on users (role, id) where role is not null;

-- The keys that sign responses, sealed under the master key.
create table signing_key (
    id          text primary key,
    algorithm   text not null,
    sealed      blob not null,
    certificate blob not null,
    state       text not null,
    created_at  integer not null
) strict;
create index signing_key_by_state on signing_key (state, created_at);

create table application (
    id             text primary key,
    name           text not null,
    instance       text not null,
    access_url     text not null,
    entity_id      text not null,
    state          text not null,
    audience       text not null,
    name_id_format text not null,
    name_id_source text not null,
    signs          text not null,
    created_at     integer not null,
    updated_at     integer not null,
    last_used_at   integer
) strict;
create unique index application_by_entity_id on application (entity_id);
create index application_by_name on application (name, id);

-- The registered assertion consumer services; position 0 is the default.
create table acs_url (
    application text not null,
    position    integer not null,
    url         text not null,
    primary key (application, position)
) strict;

create table claim_mapping (
    application text not null,
    position    integer not null,
    source      text not null,
    fixed       text,
    name        text not null,
    name_format text not null,
    primary key (application, position)
) strict;

-- Who may use an application whose audience is `chosen`.
create table assignment (
    application text not null,
    person      text not null,
    primary key (application, person)
) strict;
create index assignment_by_person on assignment (person, application);

-- Persistent name identifiers: one per person and application, never derived from either.
create table persistent_id (
    application text not null,
    person      text not null,
    value       text not null,
    primary key (application, person)
) strict;
create unique index persistent_id_by_value on persistent_id (value);

-- A pending sign-in, bound to one browser: the request as it came, checked again at every step against the registration
-- of then. A finished one stays until its hour is over, without the request: its id is used up.
create table sign_in (
    id          text primary key,
    browser     blob not null,
    source      text not null,
    application text not null,
    request_id  text not null,
    request     blob not null,
    relay_state text,
    asked_at    integer not null,
    expires_at  integer not null,
    stage       text not null,
    afresh      integer not null,
    person      text,
    method      text,
    proven_at   integer,
    known       text,
    finished_at integer
) strict;
create unique index sign_in_by_request on sign_in (application, request_id);
create index sign_in_by_browser on sign_in (browser, id);
create index sign_in_open_by_source on sign_in (source, id) where finished_at is null;
create index sign_in_by_end on sign_in (expires_at);
create index sign_in_by_application on sign_in (application, finished_at) where finished_at is not null;

-- Browsers in which a person has finished a passkey or hybrid ceremony before.
create table known_browser (
    id         text primary key,
    secret     blob not null,
    person     text not null,
    label      text not null,
    created_at integer not null,
    used_at    integer not null,
    expires_at integer not null
) strict;
create unique index known_browser_by_secret on known_browser (secret, person);
create index known_browser_by_person on known_browser (person, id);
create index known_browser_by_end on known_browser (expires_at);

-- An AuthnRequest that came by cross-site POST, kept until the same browser fetches it by GET.
create table arrival (
    handle      blob primary key,
    browser     blob not null,
    source      text not null,
    xml         blob not null,
    relay_state text,
    arrived_at  integer not null,
    expires_at  integer not null
) strict;
create index arrival_by_source on arrival (source, expires_at);
create index arrival_by_end on arrival (expires_at);

-- Whom a set-up link names before there is a passkey: a person only once it is made.
create table owner_draft (
    person     text primary key,
    shown      text not null,
    first_name text not null,
    last_name  text not null,
    created_at integer not null
) strict;
