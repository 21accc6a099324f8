-- The event log. A row is written once, in the transaction of the act; only
-- the sealer fills position and chain in.
create table event (
    id       text primary key not null,
    at       integer not null,
    kind     text not null,
    actor    text,
    subject  text,
    trace    text,
    source   text,
    data     text not null,
    personal blob,
    position integer,
    chain    blob
) strict;
create index event_unsealed on event (id) where position is null;
create unique index event_position on event (position) where position is not null;
create index event_actor on event (actor, id) where actor is not null;
create index event_subject on event (subject, id) where subject is not null;
create index event_trace on event (trace, id) where trace is not null;

-- The end of the chain: one row, made by the first sealing.
create table event_head (
    slot     integer primary key not null,
    position integer not null,
    chain    blob not null
) strict;

create table event_checkpoint (
    position  integer primary key not null,
    chain     blob not null,
    at        integer not null,
    key       text not null,
    signature blob not null
) strict;

-- The keys that sign the checkpoints, sealed under the master key.
create table event_key (
    slot   integer primary key not null,
    public blob not null,
    sealed blob not null
) strict;

-- Personal values apart from the chain, each under a key of its person.
create table event_personal (
    event  text primary key not null,
    person text not null,
    key    text not null,
    sealed blob not null
) strict;
create index event_personal_person on event_personal (person);

create table event_person_key (
    id     text primary key not null,
    person text not null,
    sealed blob not null
) strict;
create index event_person_key_person on event_person_key (person);

-- Junk is counted for a minute and then becomes one event.
create table event_junk (
    minute  integer not null,
    source  text not null,
    code    text not null,
    count   integer not null,
    example text not null,
    primary key (minute, source, code)
) strict;
