//! Both services wired into one binary.
