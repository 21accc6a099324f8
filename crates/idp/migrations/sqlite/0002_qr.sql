-- A transaction of our QR sign-in: a desktop that shows a code, and the phone that opened it. Bound to the desktop's
-- browser; of a sign-in at most one is live. It is kept for as long as its sign-in, for what was said about it counts on.
create table qr_transaction (
    id            text primary key,
    sign_in       text not null,
    application   text not null,
    browser       blob not null,
    known         blob,
    source        text not null,
    address       text not null,
    agent         text not null,
    seed          blob not null,
    shared        integer not null,
    began_at      integer not null,
    expires_at    integer not null,
    stage         text not null,
    phone         blob,
    phone_address text,
    opened_at     integer,
    digits        text,
    person        text,
    proof         text,
    ending        text,
    ended_at      integer,
    forget_at     integer not null
) strict;
create unique index qr_transaction_live on qr_transaction (sign_in) where ended_at is null;
create index qr_transaction_by_sign_in on qr_transaction (sign_in, ended_at);
create index qr_transaction_by_source on qr_transaction (source, began_at);
create index qr_transaction_denied on qr_transaction (source, ended_at) where ending = 'qr-not-me';
create index qr_transaction_by_end on qr_transaction (forget_at);

-- The codes of a transaction, one after the other, each good for a minute. Only hashes are kept: the code itself is made
-- anew from the desktop's cookie secret.
create table qr_handle (
    hash           blob primary key,
    qr_transaction text not null,
    shown_at       integer not null,
    expires_at     integer not null
) strict;
create index qr_handle_by_end on qr_handle (expires_at);

-- People who have frozen the QR sign-in for themselves.
create table qr_freeze (
    person    text primary key,
    frozen_at integer not null
) strict;
