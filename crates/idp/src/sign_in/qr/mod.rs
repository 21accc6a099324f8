//! Hop 4 on a phone: our QR code.
