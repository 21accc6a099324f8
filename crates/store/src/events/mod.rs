//! The sealed event log.
