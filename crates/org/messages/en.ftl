# What the organisation says.

## Signing in

login-title = Sign in
login-lead = Enter your work address. If your organisation uses single sign-on, we take you there.
login-address = E-mail address
login-address-wrong = Enter an address like name@example.com.
login-continue = Continue
login-or = or
login-passkey = Use a passkey kept here

door-title = Use your passkey
door-lead = Sign in with the passkey that you made for this service: your fingerprint, your face or the PIN of your device.
door-here = Use a passkey
door-phone = Use your phone
door-none = I have no passkey here
door-none-text = Ask an administrator of your organisation for a one-time link. It lets you make a passkey on this device. If your organisation uses single sign-on, go back and enter your work address instead.
door-back = Use another address

change-title = Another account is signed in
change-lead = Your identity provider says that you are somebody else than the account in this browser. Nothing has changed yet.
change-current = Signed in now
change-asserted = Identity provider says
change-agree = Continue as { $asserted }
change-keep = Stay signed in as { $current }
change-hint = Continuing signs the other account out in this browser.

enrolled-title = Your passkey is ready
enrolled-lead = You are signed in as { $address }. Next time, choose “Use a passkey kept here” on the sign-in page.
enrolled-sso = It is kept here for confirming important changes. Your organisation asks you to sign in by single sign-on.
enrolled-on = Continue

home-title = Start
home-signed-in = Signed in as { $name }
home-products = Your products
home-none = No products yet
home-none-text = As soon as your organisation gives you a product, it appears here.
home-admin = Administration
home-sign-out = Sign out

try-again = Try again
to-start = Go to the start page

## Administration

nav-overview = Overview
nav-security = Security
nav-saml = SAML single sign-on
nav-accounts = Accounts
nav-events = Event log

overview-lead = How the people of this organisation sign in.
overview-sso = SAML single sign-on
overview-policies = Authentication policies
overview-policies-text = Every account has one policy: the one named for it, or the default policy of its directory.
overview-domains = Domains

plan-free = Free
plan-guard-standard = Guard Standard
plan-enterprise = Enterprise

step-saml = Add SAML details
step-saml-text = Copy two addresses to your identity provider, and three values from it.
step-domain = Link a domain
step-domain-text = Addresses on a linked domain are sent to the identity provider, which may speak for no other.
step-enforce = Enforce single sign-on
step-enforce-text = In a policy, for a test group first. Accounts in other policies are not affected.

policy-local = Local directory
policy-default = default policy
sso-off = SSO off
sso-offered = SSO offered
sso-enforced = SSO enforced

domain-name = Domain
domain-verified = Ownership
domain-claim = Accounts are claimed
domain-linked = Linked to
domain-is-verified = Verified
domain-is-unverified = Not verified
domain-not-linked-yet = no directory
claim-automatic = automatically
claim-manual = by hand
domains-none = No domains yet
domains-none-text = Single sign-on works for addresses on your own domains.

accounts-lead = Everybody who belongs to this organisation.
account-who = Account
account-state = State
account-managed = Managed
account-since = Since
account-active = Active
account-deactivated = Deactivated
account-administrator = Administrator
account-is-managed = by this organisation
account-is-unmanaged = by nobody: never sent to single sign-on

saml-title = SAML single sign-on
saml-complete = Set up
saml-draft = Draft
saml-none = No identity provider yet
saml-none-text = An identity provider directory is added by whoever runs this service.
saml-copy = Copy URLs to your identity provider
saml-copy-text = These three values belong to this directory and never change.
saml-sp-entity-id = Service provider entity URL
saml-acs-url = Service provider assertion consumer service URL
saml-unique-id = Unique ID
saml-metadata = Download our SAML metadata
saml-trusted = Trusted certificates
saml-details = Add SAML details
saml-details-text = From your identity provider. Saving enforces nothing; a draft may have empty fields.
saml-sso-url = Identity provider SSO URL
saml-sso-url-hint = Where people are sent to sign in.
saml-sso-url-wrong = Enter an address that begins with https://.
saml-entity-id = Identity provider Entity ID
saml-entity-id-hint = Also called Issuer. It is compared character by character.
saml-entity-id-wrong = An entity ID has no spaces and at most 1,024 characters.
saml-certificate = Public x509 certificate
saml-certificate-hint = With or without its BEGIN and END lines.
saml-next = The identity provider is about to change its certificate
saml-next-certificate = Next certificate
saml-next-hint = Both certificates are trusted until you move this one up.
saml-save = Save SAML configuration
saml-save-confirmed = Confirm with your passkey and save
saml-confirm = Whoever you trust here decides who signs in. Confirm with your passkey to save.
saml-saved = Saved. People on linked domains can sign in by it as far as their policy says.
saml-saved-draft = The draft is saved. Come back when you have the missing values.

certificate-current = In use
certificate-next = Next
certificate-fingerprint = SHA-256 fingerprint
certificate-until = Valid until
certificate-expired = Expired, still trusted

paste-empty = Paste the certificate.
paste-too-long = This is too long for a certificate.
paste-private-key = This is a private key. Never hand it out: paste the certificate instead, and replace that key.
paste-several = Paste one certificate here. The next one has a field of its own.
paste-torn = A part of the certificate is missing. Copy it from BEGIN to END.
paste-not-base64 = Something between the lines does not belong to a certificate.
paste-not-a-certificate = This is not an X.509 certificate.
paste-weak-key = The key of this certificate is too weak or of an unknown kind. It must be RSA with 2,048 bits or more, or ECDSA.

## Refusals of hop 6: the response

error-response-malformed = What arrived from the identity provider is not a SAML response that can be read.
    .title = Not a SAML response
    .hint = Start again at your product. If it happens again, tell your administrator.
error-connection-unknown = There is no single sign-on set up at this address.
    .title = Unknown connection
    .hint = Your administrator can compare the assertion consumer service URL at the identity provider with the one shown here.
error-unsolicited = Your identity provider sent you here without being asked, which this organisation does not accept.
    .title = Start at your product
    .hint = Open your product first; it takes you to the identity provider and back.
error-request-unknown = This browser did not ask for this sign-in, or asked more than an hour ago.
    .title = Start again
    .hint = Start again at your product, in one and the same browser.
error-request-used = This sign-in has been answered already.
    .title = Already used
    .hint = Start again at your product.
error-replayed = This answer of the identity provider has been used before, and works only once.
    .title = Already used
    .hint = Start again at your product. If you did not sign in yourself, tell your administrator.
error-declined = Your identity provider did not sign you in.
    .title = Not signed in
    .hint = Try again. If your identity provider shows a reason, it helps your administrator.
error-encrypted-assertion = The identity provider encrypted its answer, which is not set up here.
    .title = Answer refused
    .hint = Your administrator can switch assertion encryption off at the identity provider.
error-not-one-assertion = The answer of the identity provider does not state exactly one person.
    .title = Answer refused
error-not-signed = The answer of the identity provider is not signed.
    .title = Answer refused
    .hint = Your administrator can switch assertion signing on at the identity provider.
error-wrong-signature = The signature on the answer does not belong to the certificate that this organisation trusts.
    .title = Answer refused
    .hint = If the identity provider has changed its certificate, your administrator has to add the new one here.
error-malformed-assertion = The answer of the identity provider has an unexpected form.
    .title = Answer refused
error-wrong-version = The answer of the identity provider is of another version of SAML.
    .title = Answer refused
error-issued-in-future = The answer of the identity provider was made in the future: one of the clocks is wrong.
    .title = Clocks differ
    .hint = Your administrator can see the measured difference.
error-wrong-destination = The answer of the identity provider was meant for another address.
    .title = Answer refused
    .hint = Your administrator can compare the assertion consumer service URL at the identity provider with the one shown here.
error-wrong-request = The answer of the identity provider belongs to another sign-in.
    .title = Start again
    .hint = Start again at your product.
error-wrong-response-issuer = The answer came from another identity provider than this organisation's.
    .title = Answer refused
    .hint = Your administrator can compare the Entity ID at the identity provider with the one entered here.
error-not-success = The identity provider says no and states a person all the same.
    .title = Answer refused
error-wrong-issuer = The answer came from another identity provider than this organisation's.
    .title = Answer refused
    .hint = Your administrator can compare the Entity ID at the identity provider with the one entered here.
error-no-name-id = The answer of the identity provider does not say who you are.
    .title = Answer refused
    .hint = Your administrator can set the NameID at the identity provider to your e-mail address.
error-no-bearer = The answer of the identity provider may not be used by a browser.
    .title = Answer refused
error-wrong-recipient = The answer of the identity provider was meant for another address.
    .title = Answer refused
    .hint = Your administrator can compare the assertion consumer service URL at the identity provider with the one shown here.
error-bearer-wrong-request = The answer of the identity provider belongs to another sign-in.
    .title = Start again
    .hint = Start again at your product.
error-bearer-not-before = The answer of the identity provider has a start time where none may stand.
    .title = Answer refused
error-bearer-expired = The answer of the identity provider came too late.
    .title = Too late
    .hint = Try again. If it happens at once, one of the clocks is wrong; your administrator can see the difference.
error-conditions-missing = The answer of the identity provider does not say for whom and how long it holds.
    .title = Answer refused
error-not-yet-valid = The answer of the identity provider does not hold yet: one of the clocks is wrong.
    .title = Clocks differ
    .hint = Your administrator can see the measured difference.
error-expired = The answer of the identity provider holds no longer.
    .title = Too late
    .hint = Try again. If it happens at once, one of the clocks is wrong; your administrator can see the difference.
error-wrong-audience = The answer of the identity provider was made for another service.
    .title = Audience is invalid
    .hint = Your administrator can compare the service provider entity URL at the identity provider with the one shown here.
error-unknown-condition = The answer of the identity provider has a condition that nobody here can judge.
    .title = Answer refused
error-no-authn-statement = The answer of the identity provider does not say how you signed in.
    .title = Answer refused
error-authenticated-in-future = The answer says that you signed in in the future: one of the clocks is wrong.
    .title = Clocks differ
    .hint = Your administrator can see the measured difference.
error-session-ended = Your session at the identity provider is over.
    .title = Session over
    .hint = Try again; the identity provider will ask you once more.
error-response-refused = The answer of the identity provider breaks a rule.
    .title = Answer refused

## On the way from hop 6 to hop 8

error-arrival-unknown = Nothing waits here for this browser. The sign-in may be over already, or belong to another browser.
    .title = Nothing to continue
error-arrival-expired = This sign-in waited for too long.
    .title = Too late
error-session-not-on-or-after = Your session at the identity provider is over.
    .title = Session over
    .hint = Try again; the identity provider will ask you once more.
error-refused-before = This sign-in was refused before: { $code }. The reference to give to your administrator is { $tracking }.
    .title = Refused
error-changed-meanwhile = Somebody changed something in the same moment. Nothing was done; look again and repeat it.
    .title = Changed meanwhile
error-too-many-round-trips = You were sent to your identity provider and back three times within a minute, without getting in. We stopped, so that it does not go on for ever.
    .title = Going in circles
    .hint = Allow cookies for this site, wait a minute and start again. Otherwise give the reference to your administrator.

## Refusals of hop 7: admission

error-directory-disabled = Single sign-on is switched off for this directory.
    .title = Switched off
    .hint = Your administrator can switch it on again.
error-name-id-not-an-address = Your identity provider did not say your e-mail address.
    .title = No address
    .hint = Your administrator can set the NameID at the identity provider to your e-mail address.
error-attribute-repeated = Your identity provider said two different things about you.
    .title = Ambiguous
    .hint = Your administrator can see which attribute came twice.
error-domain-not-verified = The domain of your address is not one that this organisation has verified.
    .title = Unknown domain
    .hint = Your administrator can verify the domain, or check which address the identity provider states.
error-domain-not-linked = The domain of your address is not linked to this identity provider.
    .title = Domain not linked
    .hint = Your administrator can link the domain to the directory.
error-account-deactivated = This account has been deactivated.
    .title = Deactivated
    .hint = Your administrator can activate it again.
error-account-not-managed = There is an account with your address that does not belong to this organisation.
    .title = Account not managed
    .hint = Sign in to it with your own passkey, or ask your administrator to claim it.
error-account-managed-elsewhere = Your account belongs to another organisation.
    .title = Another organisation
    .hint = Sign in by that organisation's identity provider.
error-authentication-policy-strategy-mismatch = Your authentication policy does not let you sign in by single sign-on.
    .title = Not by single sign-on
    .hint = Sign in with your passkey, or ask your administrator to move you to another policy.
error-policy-of-another-directory = Your authentication policy belongs to another identity provider than the one you used.
    .title = Another identity provider
    .hint = Start again with your e-mail address; it leads to the right one.
error-address-conflict = Your address has changed at your identity provider, and another account has the new one already.
    .title = Address taken
    .hint = Both accounts are untouched. Your administrator has to decide.
error-administrator-address-change = Your e-mail address has changed at your identity provider. An administrator's address is changed here only by another administrator.
    .title = Address changed
    .hint = Ask another administrator to change it.
error-stable-id-missing = Your identity provider did not send the identifier by which it is known who you are.
    .title = Identifier missing
    .hint = Your administrator can map it again at the identity provider.
error-linked-to-another-id = Your account is linked to another identity at your identity provider.
    .title = Linked to somebody else
    .hint = If you are the same person, your administrator can clear the link.
error-name-id-mismatch = You entered one address, and your identity provider signed you in with another.
    .title = Another person
    .hint = Try again and choose the right account there.
error-jit-claim-not-automatic = You have no account here yet, and accounts on your domain are not created by themselves.
    .title = No account
    .hint = Ask your administrator for an account.
error-jit-sso-not-enforced = You have no account here yet. Accounts are created at the first sign-in only where single sign-on is enforced.
    .title = No account
    .hint = Ask your administrator for an account.
error-jit-switched-off = You have no account here yet, and none is created by signing in.
    .title = No account
    .hint = Ask your administrator for an account.
error-jit-first-name-missing = You have no account here yet, and your identity provider did not send your first name to make one.
    .title = Name missing
    .hint = Your administrator can map it at the identity provider.
error-jit-last-name-missing = You have no account here yet, and your identity provider did not send your last name to make one.
    .title = Name missing
    .hint = Your administrator can map it at the identity provider.

## The local door

error-sso-required = Your organisation asks you to sign in by single sign-on.
    .title = Use single sign-on
    .hint = Enter your work address instead.
error-no-account = This passkey belongs to no account.
    .title = No account
error-device-name = This name cannot be shown. Use up to 100 letters.
    .title = Choose another name
error-not-an-administrator = Only administrators of an organisation have access to these pages.
    .title = No access
