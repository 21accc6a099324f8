-- Whom a policy is named for: the page of its members reads no others.
create index membership_by_policy on membership (named_policy, account) where named_policy is not null;
