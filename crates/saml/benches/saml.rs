//! Medians of interleaved pairs: the library beside bare aws-lc-rs.
fn main() {}
