-- Applications are changed by several administrators: the version says which settings a change began from.
alter table application add column version bigint not null default 1;
-- By which entry of the gallery it was added.
alter table application add column integration text collate "C" not null default 'saml';

-- What an administrator has typed about an application so far, as typed.
create table application_draft (
    id          text collate "C" primary key,
    person      text collate "C" not null,
    application text collate "C",
    base        bigint,
    integration text collate "C" not null,
    content     text collate "C" not null,
    created_at  bigint not null,
    updated_at  bigint not null
);
create index application_draft_by_person on application_draft (person, updated_at);
create index application_draft_by_application on application_draft (application) where application is not null;

-- What of a guided integration is done on the other side, as an administrator says.
create table application_guide (
    application text collate "C" not null,
    step        text collate "C" not null,
    note        text collate "C",
    done_by     text collate "C" not null,
    done_at     bigint not null,
    primary key (application, step)
);

-- The last answer about a person to an application, beyond the life of its sign-in.
create table application_use (
    application text collate "C" not null,
    person      text collate "C" not null,
    used_at     bigint not null,
    primary key (application, person)
);
create index application_use_by_time on application_use (application, used_at);

-- Groups of people. (`group` alone is a reserved word.)
create table user_group (
    id         text collate "C" primary key,
    name       text collate "C" not null,
    folded     text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index user_group_by_folded on user_group (folded);

create table group_member (
    user_group text collate "C" not null,
    person     text collate "C" not null,
    primary key (user_group, person)
);
create index group_member_by_person on group_member (person, user_group);

-- Which groups may use an application whose audience is `chosen`.
create table group_assignment (
    application text collate "C" not null,
    user_group  text collate "C" not null,
    primary key (application, user_group)
);
create index group_assignment_by_group on group_assignment (user_group, application);

-- The words by whose beginning people are found: of their names and addresses, lower case.
create table user_word (
    word   text collate "C" not null,
    person text collate "C" not null,
    primary key (word, person)
);
create index user_word_by_person on user_word (person);
insert into user_word (word, person)
    select lower(first_name), id from users
    union select lower(last_name), id from users
    union select email, id from users
    union select username, id from users;
