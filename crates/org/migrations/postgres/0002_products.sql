-- Products that learn by OpenID Connect who is signed in. A client secret is
-- kept as its hash; a product without one is a public client.
create table product (
    id           text collate "C" not null primary key,
    organization text collate "C" not null references organization (id),
    name         text collate "C" not null,
    url          text collate "C" not null,
    secret       bytea,
    created_at   bigint not null
);
create index product_by_organization on product (organization, name, id);

-- Where a product is answered: compared whole.
create table product_redirect_uri (
    product text collate "C" not null references product (id),
    uri     text collate "C" not null,
    primary key (product, uri)
);

-- What was given to a product about one sign-in: a code that is good once, and
-- the access token that it was changed for. Both are kept as hashes.
create table product_grant (
    id               text collate "C" not null primary key,
    code             bytea not null,
    product          text collate "C" not null references product (id),
    organization     text collate "C" not null references organization (id),
    account          text collate "C" not null references account (id),
    session          text collate "C" not null,
    redirect_uri     text collate "C" not null,
    challenge        text collate "C" not null,
    nonce            text collate "C",
    scope            text collate "C" not null,
    authenticated_at bigint not null,
    issued_at        bigint not null,
    code_expires_at  bigint not null,
    redeemed_at      bigint,
    token            bytea,
    token_expires_at bigint,
    revoked_at       bigint,
    expires_at       bigint not null
);
create unique index product_grant_code on product_grant (code);
create unique index product_grant_token on product_grant (token);
create index product_grant_by_expiry on product_grant (expires_at);

-- The keys that sign what products are told, sealed under the master key.
create table product_signing_key (
    id         text collate "C" not null primary key,
    algorithm  text collate "C" not null,
    sealed     bytea not null,
    created_at bigint not null
);
