//! What the administration of both services shares: sessions, the passkey door, invitations.
