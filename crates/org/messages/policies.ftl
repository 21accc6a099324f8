# What the pages of authentication policies say.

policies-lead = Every account has exactly one policy: the one named for it, else the one of its groups, else the default policy of its directory.
policies-no-provider = No identity provider yet
policies-no-provider-text = Single sign-on is set up for an identity provider, which gets a directory and a default policy of its own.
policy-add = Add policy
policy-add-text = A policy of its own for a test group, for administrators, or for whoever needs other session durations. Nobody has it until you add members.
policy-add-button = Add policy
policy-name-hint = Such as “Test group”.
policy-directory-hint = A policy applies to accounts of its directory only. Single sign-on needs the directory of an identity provider.
policy-directory-gone = Choose one of the directories in the list.
policy-plan-one = The plan of this organisation has one policy for everybody. Guard Standard and Enterprise include more.
policy-sso = Single sign-on
policy-sso-never = not in the local directory
policy-idle = Idle session duration
policy-edit = Edit
policy-members-count = { $count ->
    [0] Nobody
    [one] 1 member
   *[other] { $count } members
}
policy-members-many = More than { $count } members
policy-lead = Security → User security → Authentication policies → { $directory }
policy-lead-local = Security → User security → Authentication policies → Local directory
policy-tabs = Pages of this policy
policy-tab-settings = Settings
policy-tab-members = Members
policy-tab-roll-out = Roll-out

sso-on-probation = On probation
sso-returned = Returned by itself
sso-plan-over = Not in the plan

span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-unit = unit
span-unit-minutes = minutes
span-unit-hours = hours
span-unit-days = days
span-wrong = Enter a whole number.
span-out-of-range = Between 5 minutes and 365 days.
span-idle-longer = It cannot be longer than the whole session below.

policy-saved = Saved. New durations hold from the next sign-in.
policy-update = Update
policy-idle-hint = A session ends when it is not used for so long.
policy-absolute = Session duration
policy-absolute-hint = It ends so long after the sign-in, used or not; sooner if the identity provider says so.
policy-again = Ask again
policy-again-hint = A product that is opened asks for a new sign-in when the last one is older than this. Leave it empty to ask nobody again.
policy-offered = Offer single sign-on
policy-offered-hint = Members may sign in by the identity provider; a passkey kept here still works beside it.
policy-other-directory = An account on a domain that is not linked to the directory of this policy cannot be its member. Link the domain first, or choose a policy of the account’s own directory. Nobody was moved.

policy-way-back-use = This would leave nobody who gets in when the identity provider does not work. Let an administrator outside of single sign-on sign in once with the passkey kept here, then repeat it. Nothing was done.
policy-way-back-make = This would leave nobody who gets in when the identity provider does not work. Let an administrator outside of single sign-on make a passkey here (the page of the account gives the one-time link), then repeat it. Nothing was done.
policy-way-back-fallback = This would leave nobody who gets in when the identity provider does not work. Make a fallback administrator first, on a domain that is not verified here or in a policy without single sign-on, with a passkey kept here; then repeat it. Nothing was done.

sso-use = Use SAML single sign-on
sso-enforce = Enforce single sign-on
sso-local-text = Accounts of the local directory sign in with passkeys kept here. Single sign-on needs an identity provider and a policy of its directory.
sso-not-set-up-text = The directory of this policy has no saved SAML configuration yet. Setting it up enforces nothing.
sso-ready-text = Nothing stands in the way. Enforcing begins with a probation, which ends by itself.
sso-in-the-way = Still needed before it can be enforced:
sso-probation-text = Enforced on probation. Unless you keep it, it returns by itself on
sso-probation-on = Keep it or go back
sso-enforced-text = Members sign in by the identity provider only.
sso-enforced-on = Stop enforcing
sso-returned-text = It was enforced and has returned by itself. Members may sign in by the identity provider, and nobody has to.
sso-returned-at = Returned
sso-returned-on = What happened

policy-meets = What its members meet
policy-meets-text = At this moment, whatever is set above.
meets-local = They sign in with a passkey kept here. The identity provider is not offered.
meets-both = They sign in by the identity provider or with a passkey kept here, as they like.
meets-sso = They sign in by the identity provider only; a passkey kept here confirms important changes and opens no session.
meets-session = A session lives { $absolute } { $absolute_unit } at most, and ends after { $idle } { $idle_unit } without use.
meets-again = Products ask again when the last sign-in is older than { $age } { $unit }.
meets-never-again = No product asks again by itself during a session.
meets-no-password = No password exists, so there is nothing to set about strength or expiry.
meets-why-default = It is the default policy of its directory: it applies to everybody on a linked domain for whom neither a name nor a group says otherwise.
meets-why-other = It applies to whom it is named for, then to members of its groups, and to nobody else.

policy-default-title = Default policy
policy-default-is = New accounts of this directory have this policy. To change that, open another policy of the directory and make it the default one.
policy-default-text = Whoever has no other policy in this directory gets this one, and so does everybody who comes later.
policy-make-default = Make default policy
policy-is-default = This is the default policy of its directory now.
policy-delete = Delete policy
policy-delete-text = Its members then have the policy of their groups, else the default policy of the directory. Rules of groups that lead to it are deleted too.
policy-delete-default = A default policy is not deleted. Make another policy the default one first.
default-ask = Make “{ $policy }” the default policy
default-ask-text = Everybody in the directory without another policy has it from now on, and whoever comes later.
default-confirmed = Confirm and make it the default
delete-ask = Delete the policy “{ $policy }”
delete-ask-text = Its members have the policy of their groups from now on, else the default policy of the directory.
delete-confirmed = Confirm and delete

## Enforcing

enforce-evidence = What it needs
enforce-evidence-text = Each of these keeps somebody from being locked out. Enforcing looks at all of them once more.
enforce-text = Members of this policy sign in by the identity provider only, from their next sign-in on. Accounts in other policies are not affected, and no open session ends.
enforce-without-any-way = Members who are not proven and hold no passkey here: { $count }. If single sign-on fails them, they need a one-time link even after it has returned.
enforce-override = Take upon yourself
enforce-override-text = These heal by themselves at the end of the probation. Your name stands in the event log.
enforce-override-one = I take it upon myself without:
enforce-probation = Probation
enforce-probation-hint = Unless you keep it within this time, it returns by itself.
enforce-not-yet = It can be enforced as soon as everything above is there.
enforce-missing = Something is still missing. Nothing was enforced: do what is said below, or take upon yourself what may be.
enforce-evidence-gone = Something changed while you looked. Nothing was enforced: look at what it needs now.
enforce-ask = Enforce single sign-on in “{ $policy }”
enforce-ask-text = Its members sign in by the identity provider only, on probation.
enforce-confirmed = Confirm and enforce
minutes-15 = 15 minutes
minutes-60 = 60 minutes
minutes-240 = 4 hours
minutes-1440 = 24 hours

evidence-there = is there
evidence-missing = is missing
evidence-way-back = A fallback administrator with a passkey kept here
evidence-way-back-there = Gets in whatever becomes of the identity provider: { $who }
evidence-way-back-on = See who administers this organisation
evidence-plan = A plan that includes it
evidence-plan-there = The plan includes single sign-on by this identity provider.
evidence-plan-on = See the plan
evidence-saml = A saved SAML configuration
evidence-saml-there = It is saved, and its directory is switched on.
evidence-saml-on = Open the SAML configuration
evidence-certificate = A valid certificate
evidence-certificate-there = The certificate of the identity provider is within its dates.
evidence-domain = A linked domain
evidence-domain-there = At least one verified domain is linked to the directory.
evidence-domain-on = Link a domain
evidence-test = A passing test sign-in
evidence-test-there = Somebody went to the identity provider and came back as a member of this policy, and nothing has changed since.
evidence-test-on = Make a test sign-in
evidence-members = No member who is known to fail
evidence-members-there = Proven: { $proven }. Not seen yet: { $unknown }.
evidence-members-missing = Members who would be refused: { $failing }. Proven: { $proven }. Not seen yet: { $unknown }.
evidence-members-on = See member by member
missing-way-back-use = No administrator outside of single sign-on has used the passkey kept here within 90 days. Let one of them sign in with it once.
missing-way-back-make = No administrator outside of single sign-on has a passkey here. Give one of them a one-time link to make it.
missing-way-back-fallback = Every administrator would be sent to the identity provider. Make one on a domain that is not verified here, or move one to a policy without single sign-on.
missing-administrator = Nobody active would administer this organisation.
missing-plan = The plan includes no single sign-on. Guard Standard and Enterprise do.
missing-plan-lapsed = The plan does not include this identity provider any more.
missing-identity-provider = This policy belongs to the local directory. Single sign-on needs a policy in the directory of an identity provider.
missing-switched-off = The directory is switched off, so nobody signs in by it.
missing-configuration = Values are missing, or it is still a draft: press “Stop and save SAML” at the end of its pages.
missing-certificate-early = The certificate is not valid yet.
missing-certificate-expired = The certificate has expired. People still sign in by it, but nothing new is built on it: paste the next one.
missing-domain = No verified domain is linked to the directory, so nobody could be a member.
missing-test = Nobody has made a test sign-in with this policy. It opens no session and changes no account.
missing-test-failed = The last test sign-in ended in a refusal. Its verdict says by which rule.
missing-test-changed = The configuration, the directory or the linked domains changed after the last test sign-in. Make another one.
missing-test-old = The last test sign-in is older than seven days. Make another one.

## Probation

probation-title = Single sign-on is enforced on probation
probation-left = left
probation-over-now = It has returned by itself. Load this page again.
probation-returns = Returns by itself on
probation-text = Let a member sign in now. If nobody keeps it in time, single sign-on is not required any more: the identity provider stays offered, passkeys kept here work again, and nobody is locked out. Nothing has to run for that, not even this service.
probation-keep = Keep it
probation-witness = A member came in since
probation-witness-there = { $who } signed in through this configuration,
probation-nobody = No member has signed in through the identity provider since it is enforced. Let one do so, for instance in a private window at a product.
probation-own-title = You get in, too
probation-own-there = Your own session is newer, or was opened with a passkey kept here.
probation-own = Your own session is older than the enforcement and came by single sign-on, so it does not prove that you get in again. Sign out and in once.
probation-back = Back now
probation-longer = Wait longer
probation-longer-text = The probation then ends so long from now, at most seven days after it began.
probation-longer-button = Extend
probation-stop = Stop enforcing
probation-stop-text = Members may then sign in by the identity provider or with a passkey kept here.
probation-kept = Kept: single sign-on stays enforced.
probation-returned-now = Single sign-on is not enforced any more. It stays offered.
probation-extended = Extended.
probation-over = There is no probation any more: it was kept or has returned meanwhile.
probation-length = A probation lasts from five minutes to seven days.
kept-title = Single sign-on is enforced
kept-text = It was kept, so it does not return by itself.
kept-at = Kept
returned-title = Single sign-on has returned
returned-text = Nobody kept it in time, or the plan ended. Members may sign in by the identity provider or with a passkey kept here; nobody has to do anything.
keep-ask = Keep single sign-on enforced in “{ $policy }”
keep-ask-text = It does not return by itself any more.
keep-confirmed = Confirm and keep it
back-ask = Stop enforcing single sign-on in “{ $policy }”
back-ask-text = Its members may sign in with passkeys kept here again.
back-confirmed = Confirm and go back

## Members

members-find = Find a member
members-find-hint = The beginning of any word of the name or the e-mail address.
members-not-found = No member of this policy has such a name or address.
members-none = No members yet
members-none-text = Add a test group first: a few people by address, a file, or a group.
members-tick = Choose
members-why = Because
members-last = Last single sign-on
members-never = never
members-more = There are more. Type more of the name or the address.
members-move = Those who are ticked
members-move-button = Move
members-nobody-ticked = Tick somebody first. Nobody was moved.
members-too-many = More than 10,000 cannot be moved at once. Use a group.
members-moved = Moved: { $count }.
members-added = Added: { $count }.
members-imported = Added from the file: { $count }.
members-add = Add members
members-add-text = This policy is then named for them, whatever their groups and the default say.
members-addresses = E-mail addresses
members-addresses-hint = Up to 20, parted by commas, spaces or lines.
members-add-button = Add members
members-none-typed = Enter at least one address.
members-too-many-typed = More than 20 go by a CSV file.
members-many = Many at once
members-many-text = A file of up to 10,000 addresses, or a group whose members come and go.
members-by-csv = Add by CSV file
members-by-group = Add by group
members-everybody = Move everybody
members-everybody-text = All members of this policy, to one policy. Members of a group of this policy are named for the other one.
members-everybody-button = Move everybody
move-to = to “{ $policy }”
move-to-none = to no policy by name: groups and the default decide
move-all-ask = Move all members of “{ $policy }”
move-all-ask-text = They have the other policy from their next sign-in on.
move-all-confirmed = Confirm and move
why-named = named for this account
why-group = member of { $group }
why-default = default of the directory
row-not-an-address = { $address } is not an e-mail address.
row-repeated = { $address } stands there before.
row-unknown = There is no account { $address }.
row-not-managed = { $address } is not managed by this organisation.
row-other-directory = The domain of { $address } is not linked to the directory of this policy.
row-unreadable = This row cannot be read.

import-lead = One address in the first column of each row, up to 10,000. A heading is passed over. You see what it would do before anything changes.
import-file = CSV file
import-rows = Rows
import-rows-hint = Choose a file, or paste its content here.
import-check = Check the rows
import-checking = Checking every row …
import-plan = What it would do
import-fit = { $count ->
    [one] 1 account would be added.
   *[other] { $count } accounts would be added.
}
import-bad = { $count ->
    [0] No row is wrong.
    [one] 1 row is wrong.
   *[other] { $count } rows are wrong.
}
import-nothing-yet = Nothing has changed yet.
import-line = Line
import-line-number = Line { $line }
import-text = Row
import-fault = What is wrong
import-hidden = and { $count } more
import-move = { $count ->
    [one] Add 1 account
   *[other] Add { $count } accounts
}
import-move-others = { $count ->
    [one] Leave the wrong rows out and add 1 account
   *[other] Leave the wrong rows out and add { $count } accounts
}
import-moving = Adding all of them at once …
import-leave = Back to the members
import-too-many = At most 10,000 rows. Cut the file in parts.
import-empty = There are no rows in it.

rules-title = Groups and their policies
rules-text = For whom no policy is named, the first rule that fits decides. Whoever is in no group has the default policy.
rules-none = No group leads to a policy yet.
rules-own = this policy
rules-up = Move up
rules-remove = Remove
rules-add = Add a group to this policy
rules-group = Group
rules-add-button = Add group
rules-no-free = Every group leads to a policy already. Remove its rule first.
rules-no-group = There is no group yet. Make one under Directory.
rules-saved = Saved.
rules-choose = Choose a group.
rules-group-gone = This group is not there any more.

## Roll-out

roll-out-title = How its members would fare
roll-out-text = We know only what we have seen: who came in through this very configuration, and whom it refused. Of the others nobody knows before they try.
roll-out-all = Everybody
outlook-proven = Proven
outlook-failing = Will fail
outlook-unknown = Unknown
roll-out-without = Not proven, and no passkey here
roll-out-since = Enforced since
roll-out-parts = Parts of the list
roll-out-none = Nobody here
roll-out-none-text = No member of this policy is in this part of the list.
roll-out-outlook = If enforced
roll-out-passkey = Passkey kept here
roll-out-has-passkey = yes
roll-out-no-passkey = no
roll-out-came-since = since enforced
rehearsal-title = What if it were enforced now
rehearsal-ready = Everything that enforcing needs is there.
rehearsal-missing = It would be refused: something is missing.

## Events

event-policy-edited = Policy edited
event-policy-deleted = Policy deleted
event-policy-made-default = Policy made the default one
event-policy-enforced = Single sign-on enforced
event-policy-confirmed = Enforcement kept
event-policy-returned = Enforcement ended
event-policy-probation-extended = Probation extended
event-policy-members-moved = Members moved to a policy
event-policy-sso-seeded = SSO setting of a policy set by the operator
event-test-sign-in-begun = Test sign-in begun
event-test-sign-in-ended = Test sign-in ended
