# What the sample products say when something is wrong.

sample-start = Start again

error-sample-state = This answer belongs to a sign-in that this browser did not begin, or began too long ago.
    .title = Please start again
error-sample-issuer = This answer came from another organisation than the one that this product belongs to.
    .title = The answer is not ours
error-sample-declined = The organisation did not sign you in.
    .title = Not signed in
error-sample-answer = The organisation’s answer could not be verified, so nobody was signed in.
    .title = Not signed in
    .hint = Start again. A code works once and for a minute only.
error-sample-provider = The organisation could not be reached, so this product cannot tell whether you are still signed in.
    .title = The organisation does not answer
    .hint = Try again in a moment.
