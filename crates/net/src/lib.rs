//! Outbound traffic: HTTP with a guard against requests to inside addresses.
