-- Who is signed in, by what, and until when.
create table session (
    id               text not null primary key,
    kind             text not null,
    token            blob not null,
    person           text not null,
    method           text not null,
    authenticated_at integer not null,
    verified_at      integer,
    opened_at        integer not null,
    last_seen_at     integer not null,
    idle             integer not null,
    expires_at       integer not null,
    ended_at         integer
) strict;
create unique index session_token on session (token);
create index session_by_person on session (person, id);
create index session_by_end on session (expires_at);

-- The credentials. A revoked one keeps its row, so that its credential id is never anybody else's.
create table passkey (
    id              text not null primary key,
    credential      blob not null,
    person          text not null,
    label           text not null,
    key             blob not null,
    sign_count      integer not null,
    backup_eligible integer not null,
    aaguid          text not null,
    created_at      integer not null,
    last_used_at    integer,
    flagged_at      integer,
    revoked_at      integer
) strict;
create unique index passkey_credential on passkey (credential);
create index passkey_by_person on passkey (person, id);

-- One WebAuthn ceremony that waits for its answer, named by its challenge. A row is read once and gone.
create table ceremony (
    challenge  blob not null primary key,
    kind       text not null,
    purpose    text not null,
    browser    blob not null,
    source     text not null,
    bound      blob not null,
    grantor    text,
    state      blob not null,
    expires_at integer not null
) strict;
create index ceremony_by_end on ceremony (expires_at);
create index ceremony_by_source on ceremony (source, expires_at);

-- A proof made in one browser and waiting to be used in another (the QR sign-in). Read once and gone.
create table kept_proof (
    id         text not null primary key,
    bound      blob not null,
    person     text not null,
    passkey    text not null,
    proven_at  integer not null,
    expires_at integer not null
) strict;
create index kept_proof_by_end on kept_proof (expires_at);

-- Links that let one person register one passkey.
create table invitation (
    id           text not null primary key,
    token        blob not null,
    person       text not null,
    purpose      text not null,
    invited_by   text,
    created_at   integer not null,
    expires_at   integer not null,
    used_at      integer,
    withdrawn_at integer
) strict;
create unique index invitation_token on invitation (token);
create index invitation_by_person on invitation (person, id);
create index invitation_by_end on invitation (expires_at);
