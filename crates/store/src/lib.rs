//! SQLite and PostgreSQL behind one interface, and the sealed event log.
