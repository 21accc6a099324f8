# What every page may say. A service's own messages are in its own file.

language = en
brand = Countersign
skip-link = Skip to content
layout-foot = Passwordless sign-in by Countersign

console-menu = Menu
console-navigation = Main navigation
console-person = Signed in as { $name }
console-sign-out = Sign out
console-search = Search this console

copy = Copy
copy-done = Copied
download = Download
field-optional = optional
field-faults = Some fields need your attention:
pager = Pages
pager-previous = Previous
pager-next = Next

passkey-not-allowed = The request was cancelled or took too long. Nothing has changed: try again when you are ready.
passkey-already-here = This device already has a passkey for this account. You can sign in with it.
passkey-wrong-address = Passkeys do not work under this address. Open the page under the address your administrator gave you.
passkey-unsupported = This browser cannot do this with a passkey. Use a current version of Chrome, Edge, Firefox or Safari, or your phone.
passkey-no-lock = This device has no screen lock that passkeys can use. Set up a fingerprint, face or PIN first, or use your phone.
passkey-network = The server could not be reached. Check your connection and try again.
passkey-other = The browser could not use a passkey. Try again, or use another device.
passkey-no-script = Passkeys need JavaScript. Allow it for this site and load the page again.

error-heading = This did not work
error-reference-label = Reference for support
error-code-label = Code

error-internal = Something went wrong on our side. It has been recorded, and trying again in a moment may help.
    .title = Something went wrong
error-not-found = There is nothing at this address. The link may be old or incomplete.
    .title = Page not found
    .hint = Go back, or begin again at the start page.
error-start = Start page
error-method = This address cannot be used in this way. Go back and use the page's own buttons.
    .title = Not possible here
error-timeout = The request took too long to arrive. Check your connection and try again.
    .title = Too slow
error-too-large = What was sent is larger than this page accepts.
    .title = Too large
error-media-type = This address does not accept this kind of content.
    .title = Unknown content
error-malformed = Part of what was sent is missing or has an unexpected form. Go back and try again.
    .title = Not understood
error-too-many = There were too many tries. Wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    }, then try again.
    .title = Please wait a moment
error-busy = There is more to do than we can handle right now. Try again in a few seconds.
    .title = Very busy
error-host = This server does not answer to the address that was used. Open it under its own address.
    .title = Wrong address
error-foreign-page = This request did not come from one of our own pages, so nothing was changed.
    .title = Request refused
error-form-expired = This page was open for too long, or cookies are blocked. Go back, load the page again, and repeat the last step.
    .title = The page has expired
