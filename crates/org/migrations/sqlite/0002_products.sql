-- Products that learn by OpenID Connect who is signed in. A client secret is
-- kept as its hash; a product without one is a public client.
create table product (
    id           text not null primary key,
    organization text not null references organization (id),
    name         text not null,
    url          text not null,
    secret       blob,
    created_at   integer not null
) strict;
create index product_by_organization on product (organization, name, id);

-- Where a product is answered: compared whole.
create table product_redirect_uri (
    product text not null references product (id),
    uri     text not null,
    primary key (product, uri)
) strict;

-- What was given to a product about one sign-in: a code that is good once, and
-- the access token that it was changed for. Both are kept as hashes.
create table product_grant (
    id               text not null primary key,
    code             blob not null,
    product          text not null references product (id),
    organization     text not null references organization (id),
    account          text not null references account (id),
    session          text not null,
    redirect_uri     text not null,
    challenge        text not null,
    nonce            text,
    scope            text not null,
    authenticated_at integer not null,
    issued_at        integer not null,
    code_expires_at  integer not null,
    redeemed_at      integer,
    token            blob,
    token_expires_at integer,
    revoked_at       integer,
    expires_at       integer not null
) strict;
create unique index product_grant_code on product_grant (code);
create unique index product_grant_token on product_grant (token);
create index product_grant_by_expiry on product_grant (expires_at);

-- The keys that sign what products are told, sealed under the master key.
create table product_signing_key (
    id         text not null primary key,
    algorithm  text not null,
    sealed     blob not null,
    created_at integer not null
) strict;
