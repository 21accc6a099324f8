-- A transaction of our QR sign-in: a desktop that shows a code, and the phone that opened it. Bound to the desktop's
-- browser; of a sign-in at most one is live. It is kept for as long as its sign-in, for what was said about it counts on.
create table qr_transaction (
    id            text collate "C" primary key,
    sign_in       text collate "C" not null,
    application   text collate "C" not null,
    browser       bytea not null,
    known         bytea,
    source        text collate "C" not null,
    address       text collate "C" not null,
    agent         text collate "C" not null,
    seed          bytea not null,
    shared        bigint not null,
    began_at      bigint not null,
    expires_at    bigint not null,
    stage         text collate "C" not null,
    phone         bytea,
    phone_address text collate "C",
    opened_at     bigint,
    digits        text collate "C",
    person        text collate "C",
    proof         text collate "C",
    ending        text collate "C",
    ended_at      bigint,
    forget_at     bigint not null
);
create unique index qr_transaction_live on qr_transaction (sign_in) where ended_at is null;
create index qr_transaction_by_sign_in on qr_transaction (sign_in, ended_at);
create index qr_transaction_by_source on qr_transaction (source, began_at);
create index qr_transaction_denied on qr_transaction (source, ended_at) where ending = 'qr-not-me';
create index qr_transaction_by_end on qr_transaction (forget_at);

-- The codes of a transaction, one after the other, each good for a minute. Only hashes are kept: the code itself is made
-- anew from the desktop's cookie secret.
create table qr_handle (
    hash           bytea primary key,
    qr_transaction text collate "C" not null,
    shown_at       bigint not null,
    expires_at     bigint not null
);
create index qr_handle_by_end on qr_handle (expires_at);

-- People who have frozen the QR sign-in for themselves.
create table qr_freeze (
    person    text collate "C" primary key,
    frozen_at bigint not null
);
