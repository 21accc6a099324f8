-- Who is signed in, by what, and until when.
create table session (
    id               text collate "C" not null primary key,
    kind             text collate "C" not null,
    token            bytea not null,
    person           text collate "C" not null,
    method           text collate "C" not null,
    authenticated_at bigint not null,
    verified_at      bigint,
    opened_at        bigint not null,
    last_seen_at     bigint not null,
    idle             bigint not null,
    expires_at       bigint not null,
    ended_at         bigint
);
create unique index session_token on session (token);
create index session_by_person on session (person, id);
create index session_by_end on session (expires_at);

-- The credentials. A revoked one keeps its row, so that its credential id is never anybody else's.
create table passkey (
    id              text collate "C" not null primary key,
    credential      bytea not null,
    person          text collate "C" not null,
    label           text collate "C" not null,
    key             bytea not null,
    sign_count      bigint not null,
    backup_eligible bigint not null,
    aaguid          text collate "C" not null,
    created_at      bigint not null,
    last_used_at    bigint,
    flagged_at      bigint,
    revoked_at      bigint
);
create unique index passkey_credential on passkey (credential);
create index passkey_by_person on passkey (person, id);

-- One WebAuthn ceremony that waits for its answer, named by its challenge. A row is read once and gone.
create table ceremony (
    challenge  bytea not null primary key,
    kind       text collate "C" not null,
    purpose    text collate "C" not null,
    browser    bytea not null,
    source     text collate "C" not null,
    bound      bytea not null,
    grantor    text collate "C",
    state      bytea not null,
    expires_at bigint not null
);
create index ceremony_by_end on ceremony (expires_at);
create index ceremony_by_source on ceremony (source, expires_at);

-- A proof made in one browser and waiting to be used in another (the QR sign-in). Read once and gone.
create table kept_proof (
    id         text collate "C" not null primary key,
    bound      bytea not null,
    person     text collate "C" not null,
    passkey    text collate "C" not null,
    proven_at  bigint not null,
    expires_at bigint not null
);
create index kept_proof_by_end on kept_proof (expires_at);

-- Links that let one person register one passkey.
create table invitation (
    id           text collate "C" not null primary key,
    token        bytea not null,
    person       text collate "C" not null,
    purpose      text collate "C" not null,
    invited_by   text collate "C",
    created_at   bigint not null,
    expires_at   bigint not null,
    used_at      bigint,
    withdrawn_at bigint
);
create unique index invitation_token on invitation (token);
create index invitation_by_person on invitation (person, id);
create index invitation_by_end on invitation (expires_at);
