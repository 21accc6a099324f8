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
browser-since = Known since

## Signing in with the QR code

qr-scan = Scan with your phone
qr-title = Scan with your phone
qr-lead = Sign in to { $application } by confirming on your phone.
qr-image = QR code that opens this sign-in on your phone
qr-step-1 = Open your phone’s camera and point it at the code.
qr-step-2 = Open the link and type the two digits shown here.
qr-step-3 = Confirm with your fingerprint, face or screen lock.
qr-renews = The code renews itself every 30 seconds.
qr-digits-title = Type these digits on your phone
qr-digits-lead = Your phone has opened this sign-in to { $application }.
qr-digits-warning = Nobody else ever needs these digits. If it was not your phone that opened the code, ask for a new one.
qr-typed-title = Now confirm on your phone
qr-typed-lead = The digits fit. Use your fingerprint, face or screen lock.
qr-approved-title = Confirmed
qr-approved-lead = One moment, you are on your way.
qr-approved-go = Continue
qr-expired-title = This code is over
qr-expired-lead = A code waits five minutes, and two once a phone has opened it. Your sign-in is still here.
qr-gone-title = This sign-in is not here any more
qr-gone-lead = It went on in another tab, or it was open for too long.
qr-gone-go = Load the page again
qr-new-code = Show a new code
qr-other-ways = Other ways to sign in
qr-no-script = Without scripts this page does not renew itself.
qr-reload = Load it again
qr-name-title = Continue to { $application }?
qr-name-lead = This account confirmed on a phone.
qr-shared = Shared computer: don’t remember me
qr-shared-hint = You sign in to this application only, and nothing of you stays in this browser.

qr-over-wrong-digits = The digits typed on the phone were not the ones shown here. A code has one try.
    .title = Wrong digits
qr-over-not-me = Somebody answered “This isn’t me” on the phone. This sign-in can’t go on with a code.
    .title = Refused on the phone
qr-over-replaced = This code was given up.
    .title = Code given up
qr-over-off = Signing in with a code is switched off here.
    .title = Not available
qr-over-person = The account that confirmed cannot sign in this way.
    .title = Not confirmed
qr-over-another-person = Somebody else confirmed than the one the application expects.
    .title = Another account is expected
qr-over-not-assigned = The application has not been given to the account that confirmed.
    .title = Not for this account
qr-over-unknown-browser = A code works only in a browser that knows you, and this one does not yet. Sign in here once with a passkey or with “Use your phone”.
    .title = This browser doesn’t know you yet
qr-over-another-network = This browser doesn’t know you yet, and your phone is on another network. Connect the phone to the same network, or sign in here once with a passkey or with “Use your phone”.
    .title = Your phone is on another network

qr-phone-about-title = Sign in with this phone
qr-phone-about-lead = When a sign-in page shows a QR code, open your phone’s camera and point it at the code.
qr-phone-about-1 = Open the link that the camera offers. It begins with this site’s address.
qr-phone-about-2 = Check what is asked, and type the two digits from the other screen.
qr-phone-about-3 = Confirm with your fingerprint, face or screen lock.
qr-phone-about-me = My devices
qr-phone-scanned-title = Sign in on another screen?
qr-phone-scanned-lead = A screen is waiting for your phone. You’ll see what it asks before anything happens.
qr-phone-scanned-go = Show me
qr-phone-scanned-warning = Go on only if the code is on a screen in front of you. Nobody sends sign-in codes by message.
qr-phone-digits-title = Is this your sign-in?
qr-phone-digits-lead = Compare it with the other screen.
qr-phone-digits-label = The two digits on the other screen
qr-phone-digits-hint = You have one try.
qr-phone-digits-go = Continue
qr-phone-deny = This isn’t me
qr-phone-application = Application
qr-phone-browser = Browser
qr-phone-address = Address
qr-phone-network = Network
qr-phone-same-network = Same as this phone
qr-phone-other-network = Another network
qr-phone-age = Asked
qr-phone-seconds = { $seconds ->
    [0] Just now
    [one] { $seconds } second ago
   *[other] { $seconds } seconds ago
}
qr-phone-elsewhere = That screen is on another network than this phone. It works only if you have signed in there before.
qr-phone-approve-title = Confirm it’s you
qr-phone-approve-lead = The digits fit. This signs you in to { $application } on the other screen.
qr-phone-approve-go = Confirm with this phone
qr-phone-approved-title = Confirmed
qr-phone-approved-lead = Go on at the other screen: { $application } is waiting for you there.
qr-phone-approved-hint = You can close this page. Nothing was signed in on this phone.
qr-phone-again = Scan the code on the other screen again to start over.
qr-freeze-title = Someone may be trying to get in
qr-freeze-lead = You can freeze sign-in by QR code for your account. Passkeys keep working, and you can allow it again on your own page.
qr-freeze-go = Freeze QR sign-in
qr-frozen-title = QR sign-in is frozen
qr-frozen-lead = No code signs you in any more, whoever shows it. Passkeys work as before.
qr-frozen-hint = Allow it again on your own page, under QR sign-in.
qr-frozen-me = My page
qr-mine-title = QR sign-in
qr-mine-on = You can sign in on another screen by scanning its code with your phone.
qr-mine-frozen = You have frozen it. No code signs you in.
qr-mine-since = Frozen since
qr-mine-freeze = Freeze QR sign-in
qr-mine-allow = Allow it again
qr-mine-back = Back to my page
qr-mine-link = QR sign-in

qr-phone-expired = It took too long, so the code is over.
    .title = Too late
qr-phone-wrong-digits = These are not the digits on the other screen. A code has one try, so this one is over.
    .title = Wrong digits
qr-phone-not-me = The code is over, and your administrator can see that you said no. Nobody was signed in.
    .title = Stopped
qr-phone-not-mine = On the other screen somebody said that your account is not theirs. Nobody was signed in.
    .title = Not continued
qr-phone-replaced = The other screen went on without this code.
    .title = Code given up
qr-phone-off = Signing in with a code is switched off here.
    .title = Not available
qr-phone-suspended = Your account is suspended, so it signs in nowhere. Ask your administrator.
    .title = Account suspended
qr-phone-another-person = The application expects somebody else on that screen.
    .title = Another account is expected
qr-phone-not-assigned = The application has not been given to your account. Ask your administrator.
    .title = Not for this account
qr-phone-frozen = You have frozen QR sign-in. Allow it again on your own page first.
    .title = QR sign-in is frozen
qr-phone-unknown-browser = The browser on that screen doesn’t know you. Sign in there once with a passkey or with “Use your phone”, then codes work there too.
    .title = Unknown browser
qr-phone-another-network = The browser on that screen doesn’t know you, and it is on another network than this phone. If it is not the screen in front of you, somebody tried to trick you.
    .title = Another network

error-qr-unknown = There is no such code. Scan the one on the other screen.
    .title = Unknown code
error-qr-expired = This code is not shown any more.
    .title = Code is over
    .hint = Scan the one that is on the other screen now. If you got this link in a message, don’t go on.
error-qr-used = A phone has opened this code already, and a code opens once.
    .title = Code already opened
    .hint = If it was not you, ask for a new code on the other screen.
error-qr-same-browser = This is the browser that shows the code. Open it with your phone.
    .title = Same browser
error-qr-not-here = There is no such sign-in on this phone. Scan the code on the other screen.
    .title = Unknown on this phone
error-qr-over = This code is over. Scan the one on the other screen again.
    .title = Code is over
error-qr-denied = Somebody answered “This isn’t me” to this sign-in, so it gets no further code.
    .title = No code for this sign-in
    .hint = Sign in another way, or open the application again.
error-qr-slowed = Too many codes were asked for from your network, or somebody there was told “This isn’t me”. Wait a minute, or sign in another way.
    .title = Please wait

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
error-changed-meanwhile = Somebody else saved this in the meantime, so nothing of yours was written over it.
    .title = Changed meanwhile
    .hint = Your draft is kept: open it again to see what has changed.
error-draft-unknown = There is no such draft of yours. It may be saved or discarded already.
    .title = Unknown draft
error-group-unknown = There is no such group.
    .title = Unknown group
error-group-name-taken = Another group has this name already.
    .title = Name taken
error-device-unknown = There is no such device.
    .title = Unknown device
error-passkey-last = This is the only device of the account. Add another one first.
    .title = Last device
error-device-name = A device's name has 1 to 100 visible characters.
    .title = Name not possible

## The console

nav-overview = Overview
nav-people = People
nav-groups = Groups
nav-why = Can’t sign in?
nav-applications = Applications
nav-settings = Settings
nav-idp = IdP Configuration
nav-events = Event log
nav-me = My applications
cancel = Cancel
step-up-note = Changes here ask for your passkey once more.

overview-title = { $place }
overview-lead = Your identity provider: who may sign in, and to what.
overview-next = What to do next
overview-ready = Everything is set up
overview-now = At the moment
overview-owners = Owners
overview-our-values = Our values for the other side
overview-step-application = Add an application
overview-step-application-hint = A service provider that speaks SAML 2.0, such as Atlassian Cloud. It needs our sign-on URL, entity ID and certificate; we need its entity ID and ACS URL.
overview-step-people = Invite people
overview-step-people-hint = Each gets a link or a QR code that makes a passkey on their own device.
overview-step-sign-in = Sign in once
overview-step-sign-in-hint = Open the application and come back signed in. From then on it shows when it was last used.
overview-step-device = Add a second device for yourself
overview-step-device-hint = So that a lost phone does not keep you out of the console.
overview-step-owner = Make a second owner
overview-step-owner-hint = Open a person and give them the role Owner. One owner can help the other.

people-lead = { $count ->
        [one] One person
       *[other] { $count } people
    }
people-add = Add a person
people-search = Search by the beginning of a name or address
people-not-found = Nobody found
people-not-found-hint = Each word you type must begin a name, an address or its domain.
people-all = Show everybody
search = Search
person-no-groups = none
people-none = Nobody here yet
people-none-hint = Add the people who are to sign in. Each makes a passkey by an invitation.

people-person = Person
people-role = Role
people-state = State
role-owner = Owner
role-administrator = Administrator
role-helpdesk = Helpdesk
role-auditor = Auditor
role-none = No role
state-active = Active
state-suspended = Suspended
state-enabled = Enabled
state-disabled = Switched off

person-new-lead = You invite them on the next page.
person-create = Add and go on to the invitation
field-username-label = User name
field-username-hint = user.username; the address when left empty
field-username-taken = Somebody has this user name already.
field-username = Use letters, digits and signs without spaces, 254 at most.
person-attributes = Attributes
person-id = Id
person-events = Show in the event log
person-edit = Edit
person-edit-title = Edit { $name }
person-edit-lead = Passkeys, devices, sessions and applications stay as they are.
application-confirm = Saving needs a passkey of the last five minutes.
application-confirm-link = Confirm in a new tab, then save here.
confirmed-title = Confirmed
confirmed-lead = Close this tab and save in the other one.
person-edit-email = Applications that know people by their address take a new one for somebody new. Change it there too, before or in the same hour, and tell the person: the application’s sign-in page asks for the new one from now on.
person-edit-save = Save
person-devices = Devices
person-no-devices = { $name } has no device yet. Invite them to make a passkey.
person-invite = Invite
person-invite-hint = The link makes a passkey on the device that opens it. It works once, within 24 hours; a new one replaces it.
invite-phone = For a phone
invite-computer = For a computer
invitation-open-phone = An invitation for a phone is open until
invitation-open-computer = An invitation for a computer is open until
person-role = Role in this console
person-role-hint = Auditors read; helpdesk also invites and suspends people; administrators also manage applications and lower roles; owners also make administrators and owners. Nobody acts on an equal or higher role.
person-role-own = This is your own role. You can lay it down, not raise it.
person-role-save = Save role
person-suspend = Suspend
person-suspend-hint = Their sessions end at once, their invitations are withdrawn, and no passkey of theirs works until you readmit them.
person-readmit = Readmit
person-readmit-hint = Their passkeys work again as before.
person-suspended-note = This person is suspended and cannot sign in.
device-flagged-short = Perhaps copied
device-revoke-short = Revoke
groups-lead = Give applications to groups, and people to groups.
groups-add = Add a group
groups-none = No groups yet
groups-none-hint = Make one for each circle of people who use the same applications. Begin with the handful who try new things first.
group-name = Name
group-name-hint = Such as “SSO pilots” or “Finance”.
group-people = Members
group-members = { $count ->
        [one] One member
       *[other] { $count } members
    }
group-empty = Nobody yet.
group-member-label = Email address of the person
group-member-add = Add
group-remove = Remove
group-applications-hint = Members may sign in to these. It is set on the application’s own page.
group-no-applications = None yet.
group-rename = Rename
group-rename-save = Save name
group-delete = Delete group
group-delete-hint = Its members stay; they lose what was given to this group alone.
group-delete-title = Delete the group { $name }?
group-delete-1 = { $count ->
        [0] It has no members.
        [one] One person is in it no more.
       *[other] { $count } people are in it no more.
    }
group-delete-2 = { $name } is for its members no more, unless they have it by name or another group.

invitation-title = Invitation for { $name }
invitation-lead = Send the link, let the code be scanned, or print this page.
invitation-once = This link is shown only now. It is stored nowhere in readable form.
invitation-phone = { $name }, set up your phone
invitation-computer = { $name }, set up your computer
invitation-phone-1 = Scan this code with the camera of your phone, or open the link on it.
invitation-computer-1 = Open the link on the computer that you want to sign in with.
invitation-2 = Press “Create a passkey” and confirm with your fingerprint, your face or the PIN of the device.
invitation-3 = From then on the device signs you in to everything at { $place }. There is no password.
invitation-qr = QR code of the link
invitation-link = Link
invitation-until = It works once, until

applications-lead = What people sign in to from here.
applications-add = Add application
applications-none = No applications yet
applications-none-hint = Add the first service provider: its entity ID and ACS URL come here, our sign-on URL, entity ID and certificate go there.
drafts-title = Your drafts
drafts-lead = What you typed is kept until you save or discard it.
draft-unnamed = Without a name yet
draft-new = New
draft-change = Change
draft-typed = Last typed
draft-go-on = Go on
draft-discard = Discard
application-name = Application
application-state = State
application-last = Last sign-in
application-never = never
gallery-custom = Custom App
gallery-guided = Guided
gallery-lead = Choose how the application is connected. What you type is kept as a draft from the first page on.
gallery-atlassian = Atlassian Cloud
gallery-atlassian-hint = Jira, Confluence, Bitbucket and the rest by one configuration, in seven steps: what to copy from there, what to paste there, and a test at the end.
gallery-add = Add integration
gallery-saml = SAML 2.0 Generic
gallery-saml-hint = Any service provider that speaks SAML 2.0.
gallery-values = What the other side asks for stands under

application-new = Add integration: SAML 2.0 Generic
application-new-lead = Three pages. The mappings are filled in as most applications take them.
application-edit-lead = It counts from the next sign-in on, also for those under way. Nothing changes before you save.
wizard-pages = Pages
wizard-fallback = Fallback administrator
wizard-application = Application
wizard-claims = NameID and claims
wizard-service-provider = Service provider
wizard-next = Next
wizard-back = Back
wizard-leave = Leave for now
wizard-stale = Saving asks for your passkey first. What you typed stays.
atlassian-title = Add Atlassian Cloud
atlassian-lead = Keep admin.atlassian.com open in another tab. Nobody is forced to sign in here before you enforce it there.
atlassian-paste = Copy both from the page “Add SAML details” at Atlassian. Take them whole: the part after the question mark belongs to the address.
atlassian-unique-id = Unique ID:
atlassian-claims-hint = Filled in: the guide’s claims in both spellings, and the names that Atlassian documents. The last one is a stable id, by which an account stays the same when its address changes.
fallback-why = If something in this configuration is wrong, somebody must still get in at Atlassian to mend it. So this comes first.
fallback-1 = At Atlassian, create an account whose address is on a domain that is not verified in your organisation there.
fallback-2 = Give it the rights of an organisation administrator.
fallback-3 = Sign in with it once, in a private window. It never falls under single sign-on.
fallback-label = Address of the fallback administrator
fallback-hint = We keep it in this application’s checklist and send nothing to it.
guide-title = The seven steps
guide-1 = Create the fallback administrator
guide-1-there = At Atlassian: an administrator on an unverified domain, who gets in without us.
guide-1-named = It is
guide-2 = Start the SAML configuration there
guide-2-there = At Atlassian: Security → User security → Authentication policies → choose the policy → Set up SAML single sign-on.
guide-2-path = Next without saving SAML yet; you can leave that page and come back.
guide-2-here = Here: paste the SP Entity ID and the ACS URL.
guide-3 = Add Atlassian here
guide-3-here = Name, access URL, NameID and claims. Then save.
guide-3-done = Saved. A stable id is among the claims.
guide-no-stable-id = No claim carries the stable id. When somebody’s address changes, Atlassian will make a second account.
guide-4 = Enter our three values there
guide-4-later = The next page shows them, each with a copy button.
guide-4-there = At Atlassian, on the page you left: paste each into its field, then Save configuration.
guide-4-sso = Identity provider SSO URL
guide-4-entity = Identity provider Entity ID
guide-4-certificate = Public x509 certificate
guide-4-tick = The values are saved there
guide-5 = Link a domain
guide-5-there = At Atlassian: choose the verified domain for this directory, then Stop and save SAML. That enforces nothing.
guide-5-tick = The domain is linked
guide-6 = Enforce for a test group first
guide-6-there = At Atlassian: Authentication policies → a policy with a few people → Enforce single sign-on. The default policy comes when they have got in.
guide-6-tick = It is enforced for the test group
guide-7 = Test
guide-7-there = Open the product in a private window, enter the address of somebody in the test group, and sign in with their phone.
guide-7-open = Open { $application }
guide-7-look = Look again
guide-7-waiting = Nobody has come through yet. As soon as we answer for somebody, it stands here.
guide-7-sent = We answered for { $name }:
guide-7-tick = They arrived in the product
guide-untick = Not yet
guide-complete = All seven steps are done. Keep the fallback administrator.
preview-title = Preview
preview-lead = What the assertion will say about this person, made as the assertion itself is made.
preview-person = Person
preview-show = Show
preview-about = About
preview-drawn = Drawn at random at the first sign-in
preview-attribute = Attribute
preview-value = Value
claims-more = More rows, and refresh the preview
conflict-title = Somebody else changed this application
conflict-by = { $name } saved other settings since you began.
conflict-somebody = Other settings were saved since you began.
conflict-lead = Nothing of theirs is lost until you decide. This is where yours differ:
conflict-same = There is no difference: what was saved is what you typed.
conflict-field = Field
conflict-now = Saved now
conflict-mine = In your draft
conflict-go-on = Go on with mine
conflict-discard = Discard my draft
application-edit = Change { $name }
application-edit-button = Change
application-name-label = Application name
application-name-hint = What people read on the sign-in page and on their tiles.
application-production-hint = People work with it.
application-sandbox-hint = For trying things: marked wherever it is named, and a tile only for those you choose.
application-method-label = Method
application-method-hint = HTTP-POST: the browser posts the response.
application-signs-hint = The assertion is what the guide asks for. Both costs a second signature.
application-instance = Instance
application-access-url = Application access URL
application-access-url-hint = Where people open it, such as https://your-subdomain.atlassian.net
application-subject = Name of the person (NameID)
application-name-id-format = NameID format
application-name-id-format-hint = As in the specification; in full in the preview.
application-name-id-value = NameID value
application-name-id-value-hint = For persistent and transient names the value is drawn at random, and this choice has no effect.
format-emailAddress = Email address (emailAddress)
format-unspecified = Unspecified (unspecified)
format-persistent = Persistent, opaque (persistent)
format-transient = Transient, opaque (transient)
application-claims = Claims mapping
application-claims-hint = Each row is one attribute of the assertion. A row without a name is left out.
application-no-claims = The assertion carries no attributes.
claim-row = Claim { $number }
claim-source = Source
claim-fixed = Fixed value
claim-value = Fixed value
claim-name = Name
claim-format = NameFormat
name-format-unspecified = unspecified
name-format-basic = basic
name-format-uri = URI
application-sp = Service provider
application-entity-id = Entity ID
application-entity-id-hint = The audience of assertions: “SP Entity ID” on the other side.
application-acs = Assertion Consumer Service URL
application-acs-hint = Where responses go, compared character by character. One address a line; the first is the default.
application-acs-one = Assertion Consumer Service URL { $number }
application-signs = Signing
signs-assertion = Sign the assertion
signs-response = Sign the response
signs-both = Sign both
application-who = Who may sign in
audience-everyone = Everyone
audience-chosen = Chosen people
audience-everyone-note = Everyone who is active may sign in.
audience-chosen-note = { $count ->
        [0] Nobody yet: choose groups or people.
        [one] One person at the moment, by name or by group.
       *[other] { $count } people at the moment, by name or by group.
    }
audience-save = Save
audience-sandbox-note = It is a sandbox: only those chosen here see its tile, whoever may sign in.
access-no-groups = No group chosen.
access-no-people = Nobody chosen by name.
access-group = Group
access-person = Give access
lately-title = Who signed in lately
lately-none = Nobody so far.
lately-count = { $count ->
        [0] Nobody within 30 days.
        [one] One person within 30 days.
       *[other] { $count } people within 30 days.
    }
application-assign = Give access
application-assign-label = Email address of the person
application-unassign = Take away
application-save = Save
application-ours = Enter this on the other side
application-ours-hint = These values of ours go into the SAML settings of { $application }.
application-disabled-note = Nobody can sign in to this application until it is switched on again.
application-danger = Switch off or delete
application-danger-hint = Each first shows what it breaks, and asks for your passkey. Switching off can be undone.
application-disable = Switch off
application-enable = Switch on
application-delete = Delete
application-delete-title = Delete { $name }?
application-delete-lead = This cannot be undone.
application-disable-title = Switch { $name } off?
application-disable-lead = It can be switched on again at any time.
breaks-title = What it breaks
breaks-everyone = Everyone could sign in to it until now.
breaks-reached = { $count ->
        [one] One person could sign in to it until now.
       *[other] { $count } people could sign in to it until now.
    }
application-delete-1 = Nobody signs in to { $name } from here any more; sign-ins under way end with an error page.
application-delete-2 = The choice of { $people ->
        [one] one person
       *[other] { $people } people
    } and { $groups ->
        [one] one group
       *[other] { $groups } groups
    } is lost.
application-delete-3 = Persistent NameIDs are lost: if you add it again, the application sees everybody as somebody new.
application-delete-4 = Sessions that the application itself has opened live on until it ends them.
application-delete-now = Delete for good

field-application-name = Enter a name of 1 to 100 characters.
field-atlassian-swapped = The two values stand in each other’s place: this is the ACS URL. Exchange them.
field-atlassian-unique-id = This does not end in /saml/ and a Unique ID. Copy the “SP Entity ID” from Atlassian whole.
field-atlassian-connection = The part “?connection=saml-…” is missing. Copy the ACS URL from Atlassian whole.
field-atlassian-another = This is of another configuration than the entity ID above: the two Unique IDs must be the same. Copy both from one page.
field-fallback-domain = People here have addresses of this domain, so Atlassian will send it to single sign-on. Use an address on a domain that is not verified there.
field-group-name = Enter a name of 1 to 100 characters.
field-group-name-taken = Another group has this name already.
field-choice = Choose one of the list.
field-access-url = Enter a complete address that begins with https:// or http://.
field-entity-id = Enter the entity ID as the other side shows it, without spaces.
field-entity-id-taken = Another application has this entity ID.
field-acs-url = Enter a complete address that begins with https:// or http://, one a line.
field-acs-urls-many = 20 addresses at most.
field-claim-name = A claim needs a name of 1 to 256 characters.
field-claim-value = A fixed value needs a text of 1 to 1,024 characters.
field-claim-repeated = Two claims have the same name; an application could read either.
field-claims-many = 50 claims at most.
field-person-unknown = Nobody here has this address. Add the person first.

settings-lead = What service providers need to know of us. Copy it from here.
settings-core = Core Configuration
settings-entity-id = IdP Entity ID
settings-sso-url = Single SignOn Service URL
settings-sso-hint = HTTP-Redirect and HTTP-POST.
settings-metadata = SAML metadata
settings-no-slo = There is no Single Logout Service URL: single logout is not offered yet. Leave that field empty on the other side.
settings-view-certificate = View Certificate
settings-certificate = Public key: X.509 certificate, PEM
settings-fingerprint = SHA-256 fingerprint
settings-key = Signing key
settings-until = Valid until
settings-private = The private key is sealed under the master key and never leaves.
settings-passkeys = Passkeys
settings-rp-id = RP ID
settings-qr = QR sign-in completes
settings-qr-off = nowhere: it is switched off
settings-qr-known = in browsers that know the person
settings-qr-network = in browsers that know the person, or on the network of the phone
settings-qr-anywhere = anywhere
settings-qr-anywhere-warning = Anybody who relays the code while it is shown can sign in as whoever scans it. Narrow this in the configuration file.
settings-chosen = Entity ID and RP ID were chosen at the first start and never change.

## Finding out

search-lead = Pages by our words or your guide’s, people, groups and applications.
search-pages = Pages
search-nothing = Nothing found
search-nothing-hint = Each word you type must begin a word of what you look for.
method-passkey = Passkey
method-hybrid = Passkey, by “use your phone”
method-qr = QR code
method-saml = Another identity provider
past-none = Nothing yet.
past-console = This identity provider
past-details = Details
person-no-applications = None at the moment.
person-sign-ins = Last sign-ins
person-why = Why can’t { $name } sign in?
person-sessions = Sessions and browsers
person-no-sessions = Not signed in here at the moment.
person-browsers = Browsers that know them
person-no-browsers = No browser knows them.
session-console = Console
session-person = Single sign-on
session-seen = last used
why-title = Why can’t they sign in?
why-lead = Name somebody, and the facts answer: account, devices, access, the last refusals.
why-whom = Person or reference
why-whom-hint = The beginning of a name or address, or the reference on their error page.
why-application = Application
why-application-hint = The one that they want to get in to.
why-any = None in particular
why-ask = Find out
why-which = Whom do you mean?
why-nobody = Nobody here has such a name or address. If the address is right, add the person first: nobody signs in here who is not listed.
why-reference = Under this reference
why-blocked = { $name } cannot sign in
why-free = Nothing here keeps { $name } out
why-elsewhere = If they still do not get in, the application refuses them: look at its own messages, and compare the NameID that it expects with the preview on its page here.
why-refusals = Last refusals
why-other = Refused
why-active = The account of { $name } is active.
why-suspended = The account of { $name } is suspended. Readmit them on their page.
why-devices = { $name } has a device to sign in with.
why-no-device = { $name } has no device. Invite them on their page.
why-invited = { $name } has no device yet; an invitation is open. They must use its link on the device that is to sign them in.
why-flagged = Of one of their devices there may be a copy. If { $name } is not sure why, revoke it.
why-enabled = The application is switched on.
why-disabled = The application is switched off. Switch it on on its page.
why-assigned = The application is for { $name }.
why-not-assigned = The application is not for { $name }. Choose them, or a group of theirs, on its page.
why-never-used = { $name } was not answered for there lately. If this is the first time, the application may not know them yet.
why-qr-off = The QR code is switched off here; passkeys work.
why-qr-frozen = { $name } has frozen QR sign-in on their own page; passkeys work.
why-qr-no-browser = No browser knows { $name } yet, so the QR code completes nowhere. They sign in once with a passkey or “Use your phone”.
why-qr-network = No browser knows { $name } yet, so the QR code completes only when phone and computer are in the same network.
