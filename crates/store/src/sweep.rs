//! Sweeping of expired rows.
