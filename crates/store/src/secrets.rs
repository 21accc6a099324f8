//! Secrets sealed under the master key.
