# What the administration and the door of both services say.

## Enrolment

enrol-title = Set up this device
enrol-intro = Hello { $name }. This link makes a passkey for { $address } on this device. From then on your fingerprint, your face or the PIN of the device signs you in; there is no password.
enrol-label = Name of this device
enrol-label-hint = So that you recognise it in your list of devices.
enrol-button = Create a passkey
enrol-expires = The link works once, until:

## Once more

step-up-title = Confirm that it is you
step-up-intro = This change needs your passkey again. What you have entered is kept.
step-up-button = Use my passkey
step-up-cancel = Go back without changing anything

## On the way to an application

post-title = One moment
post-intro = You are signed in. Your browser now takes you to { $host }.
post-button = Continue

## Event log

events-title = Event log
events-intro = What happened here, newest first. Nothing in this list can be changed or removed.
events-filter = Filter
events-by = Show events
events-id = Id
events-id-hint = The tracking id on an error page leads to the full reason. Empty shows everything.
events-tracking = with the tracking id
events-subject = about
events-actor = by
events-at = When
events-kind = What
events-source = From
events-details = Details
events-export = Export the sealed log
events-none-title = Nothing here
events-none = No event fits this filter.
events-all = Show everything
events-nobody = nobody signed in

## Refusals

error-ceremony-over = This request for your passkey is no longer valid. Please try again.
    .title = Please try again
error-ceremony-too-many = Too many sign-ins have been started from your network. Please wait a few minutes.
    .title = Too many sign-ins
error-passkey-unknown = This passkey is not known here. It may have been removed.
    .title = Unknown passkey
    .hint = Use another device, or ask your administrator for a new link.
error-passkey-copied = This passkey was refused, because there may be a copy of it. Your administrator can see the reason.
    .title = Passkey refused
    .hint = Use another device, or ask your administrator for a new link.
error-passkey-here-already = This device already has a passkey for this account.
    .title = Already set up
error-passkey-not-verified = The device did not check that it is you. Please unlock it with your fingerprint, your face or its PIN.
    .title = Not verified
error-passkey-refused = The answer of the device could not be accepted. Please try again.
    .title = Passkey refused
error-invitation-unknown = This link is not valid. Check that it was copied as a whole.
    .title = Unknown link
    .hint = Ask whoever sent it for a new one.
error-invitation-used = This link has been used already. Each link works once.
    .title = Link used already
    .hint = If it was not you, tell your administrator now.
error-invitation-expired = This link has expired.
    .title = Link expired
    .hint = Ask whoever sent it for a new one.
error-invitation-withdrawn = This link was replaced by a newer one or withdrawn.
    .title = Link withdrawn
    .hint = Use the newest link you have, or ask for a new one.
error-session-over = You were signed out meanwhile. Please sign in again.
    .title = Signed out
error-step-up = This needs your passkey again.
    .title = Confirm that it is you
error-not-you = That passkey belongs to another person than the one who is signed in.
    .title = Another person's passkey
