-- The words by whose beginning accounts are found: of their names and addresses, lower case.
create table account_word (
    word    text collate "C" not null,
    account text collate "C" not null references account (id),
    primary key (word, account)
);
create index account_word_by_account on account_word (account);
insert into account_word (word, account)
    select address, id from account
    union select lower(first_name), id from account where first_name is not null
    union select lower(last_name), id from account where last_name is not null;

-- Counts the changes of a group's name: two administrators who edit it are told.
alter table account_group add column version bigint not null default 1;

-- Who may open a product, and whether anybody may now.
alter table product add column access text collate "C" not null default 'everyone';
alter table product add column disabled bigint not null default 0;
alter table product add column version bigint not null default 1;

create table product_group (
    product       text collate "C" not null references product (id),
    account_group text collate "C" not null references account_group (id),
    primary key (product, account_group)
);
create index product_group_by_group on product_group (account_group, product);
create index product_grant_by_product on product_grant (product);

-- Sign-ins that an administrator has to settle.
create index directory_sign_in_refused on directory_sign_in (directory, at) where refused is not null;
