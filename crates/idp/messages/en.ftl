# What the identity provider says.

## Signing in to an application

sign-in-title = Sign in to { $application }
sign-in-expected = { $application } asks for { $person }.
sign-in-account = Account
sign-in-account-placeholder = Choose your passkey
sign-in-passkey = Sign in with a passkey
sign-in-phone = Use your phone
sign-in-shared = Shared computer: don’t remember me
sign-in-shared-hint = You sign in to this application only, and nothing of you stays in this browser.
sign-in-name-title = Continue to { $application }?
sign-in-continue-as = Continue as { $name }
sign-in-not-me = This isn’t me
sign-in-another-account = Use another account
sign-in-finished-title = Already done
sign-in-finished = You have completed this sign-in to { $application }. Open the application to go on, or to sign in again.
sign-in-open = Open { $application }
instance-sandbox = Sandbox
instance-production = Production

## The door of this service

login-title = Sign in to { $place }
login-me = To your applications and devices.
login-console = To the administration console.
login-shared-hint = This browser will not be known as yours. Sign out when you are done.

## The first owner

set-up-title = Set up your identity provider
set-up-intro = You are the first owner of { $place }. Say who you are; then you make the passkey that opens the console.
set-up-email-hint = It names you here and to applications. No mail is sent.
set-up-next = Next: make a passkey
field-first-name = First name
field-last-name = Last name
field-email-label = Email address
field-name = Enter a name of 1 to 100 characters.
field-email = Enter a complete address, such as maya@acme.example.
field-email-taken = Somebody has this address already.

enrolled-title = This device is ready
enrolled-intro = From now on you sign in to { $place } with this device: by fingerprint, face or PIN.
enrolled-next = You can close this page. Your applications ask for the passkey when they need it.
enrolled-me = My applications and devices

## A person's own pages

me-title = My applications
me-hello = Hello { $name }
me-console = Console
me-applications = My applications
me-no-applications = No applications yet
me-no-applications-hint = As soon as an administrator gives you one, it stands here.
me-devices = My devices
me-devices-intro = With these you sign in. There is no password.
me-devices-not-by-qr = You came by QR code. To see and change your devices, sign in with a passkey in this browser.
me-sign-in-here = Sign in with a passkey
me-browsers = Browsers that know you
me-browsers-intro = In these browsers the QR code works from any network. Forget those that are not yours any more.
device-synced = Synced: all devices of this account
device-bound = On this device only
device-added = Added
device-used = Last used
device-flagged = There may be a copy of this passkey. If you are not sure why, revoke it and add the device again.
device-change = Rename or revoke
device-name = Name of the device
device-rename = Rename
device-revoke = Revoke this device
device-revoke-hint = It signs you in no more, and your other sessions end.
device-last = This is your only device, so it cannot be revoked here. Add another one first, or ask your administrator.
device-add = Add a device
browser-forget = Forget

## Refusals: requests of applications

error-request-missing = This address takes sign-in requests of applications, and none came with it. Open the application and sign in from there.
    .title = No request
error-request-malformed = The application sent a sign-in request that cannot be read.
    .title = Unreadable request
    .hint = Open the application again. If it happens every time, tell its administrator.
error-request-too-large = The application sent a sign-in request that is larger than anything we read.
    .title = Request too large
    .hint = Tell the application's administrator.
error-request-too-old = The sign-in request was made more than five minutes ago, or the application's clock is wrong.
    .title = Request too old
    .hint = Open the application again and sign in from there.
error-unknown-issuer = The application that sent you here is not registered with this identity provider.
    .title = Unknown application
    .hint = An administrator can register it in the console under Applications.
error-foreign-acs-url = The application wants the answer at an address that is not registered for it, so nothing was sent.
    .title = Unregistered address
    .hint = An administrator can compare the Assertion Consumer Service URL in the console under Applications.
error-wrong-destination = The sign-in request was made for another address than this one.
    .title = Wrong destination
    .hint = An administrator can compare the Single SignOn Service URL in the application's settings.
error-request-not-signed = The application must sign its requests, and this one is not signed.
    .title = Request not signed
    .hint = Tell the application's administrator.
error-request-of-another-browser = This sign-in was begun in another browser, and can only be finished there.
    .title = Another browser
    .hint = Open the application in this browser and sign in from there.
error-request-gone = This sign-in request is not here any more.
    .title = Request gone
    .hint = Open the application again and sign in from there.

## Refusals: sign-ins

error-sign-in-unknown = There is no such sign-in in this browser. It may have been begun in another one, or long ago.
    .title = Unknown sign-in
    .hint = Open the application again and sign in from there.
error-sign-in-expired = This page was open for more than an hour, so the sign-in is over.
    .title = Too late
    .hint = Open the application again and sign in from there.
error-sign-in-moved-on = This sign-in went on in another tab. Load the page again.
    .title = Went on elsewhere
error-application-gone = The application was removed while you were signing in.
    .title = Application removed
error-application-disabled = This application is switched off at the moment. Nobody can sign in to it.
    .title = Application switched off
    .hint = Ask your administrator when it will be back.
error-not-assigned = This application has not been given to this account.
    .title = Not for this account
    .hint = Ask your administrator to assign it, or use another account.
error-another-person = The application expects somebody else. Use the account it asks for.
    .title = Another account is expected
error-person-suspended = This account is suspended.
    .title = Account suspended
    .hint = Ask your administrator.

## Refusals: acts

error-role-not-allowed = Your role does not include this.
    .title = Not allowed
error-role-not-above = Their role is equal to yours or higher, so this is for somebody above both.
    .title = Not allowed
error-no-console = Your account has no role in this console.
    .title = No console
    .hint = An owner can give you a role under People.
error-person-unknown = There is no such person.
    .title = Unknown person
error-email-taken = Somebody has this address already.
    .title = Address taken
error-username-taken = Somebody has this user name already.
    .title = User name taken
error-last-owner = This is the last owner. Make somebody else an owner first.
    .title = Last owner
error-already-set-up = This identity provider has an owner already, so the link opens nothing.
    .title = Set up already
    .hint = Ask an owner to invite you.
error-application-unknown = There is no such application.
    .title = Unknown application
error-entity-id-taken = Another application has this entity ID.
    .title = Entity ID taken
error-device-unknown = There is no such device.
    .title = Unknown device
error-passkey-last = This is the only device of the account. Add another one first.
    .title = Last device
error-device-name = A device's name has 1 to 100 visible characters.
    .title = Name not possible
