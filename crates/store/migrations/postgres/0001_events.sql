-- The event log. A row is written once, in the transaction of the act; only
-- the sealer fills position and chain in.
create table event (
    id       text collate "C" primary key not null,
    at       bigint not null,
    kind     text collate "C" not null,
    actor    text collate "C",
    subject  text collate "C",
    trace    text collate "C",
    source   text collate "C",
    data     text collate "C" not null,
    personal bytea,
    position bigint,
    chain    bytea
);
create index event_unsealed on event (id) where position is null;
create unique index event_position on event (position) where position is not null;
create index event_actor on event (actor, id) where actor is not null;
create index event_subject on event (subject, id) where subject is not null;
create index event_trace on event (trace, id) where trace is not null;

-- The end of the chain: one row, made by the first sealing.
create table event_head (
    slot     bigint primary key not null,
    position bigint not null,
    chain    bytea not null
);

create table event_checkpoint (
    position  bigint primary key not null,
    chain     bytea not null,
    at        bigint not null,
    key       text collate "C" not null,
    signature bytea not null
);

-- The keys that sign the checkpoints, sealed under the master key.
create table event_key (
    slot   bigint primary key not null,
    public bytea not null,
    sealed bytea not null
);

-- Personal values apart from the chain, each under a key of its person.
create table event_personal (
    event  text collate "C" primary key not null,
    person text collate "C" not null,
    key    text collate "C" not null,
    sealed bytea not null
);
create index event_personal_person on event_personal (person);

create table event_person_key (
    id     text collate "C" primary key not null,
    person text collate "C" not null,
    sealed bytea not null
);
create index event_person_key_person on event_person_key (person);

-- Junk is counted for a minute and then becomes one event.
create table event_junk (
    minute  bigint not null,
    source  text collate "C" not null,
    code    text collate "C" not null,
    count   bigint not null,
    example text collate "C" not null,
    primary key (minute, source, code)
);
