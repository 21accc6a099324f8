// passkey
