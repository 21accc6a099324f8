//! The lock that a rule over several rows takes first.

use aws_lc_rs::digest::{SHA256, digest};

/// Names what a transaction is about to decide over several rows: the rule and
/// whose rows, such as (`last-owner`, an organisation's id). Two transactions
/// with the same lock run one after the other on every node.
#[derive(Clone, Copy, Debug)]
pub struct Lock<'a> {
    rule: &'static str,
    of: &'a str,
}

impl<'a> Lock<'a> {
    /// The lock of `rule` for the rows of `of`.
    #[must_use]
    pub const fn new(rule: &'static str, of: &'a str) -> Lock<'a> {
        Lock { rule, of }
    }

    /// The number PostgreSQL knows it by. Two locks that happen to share one
    /// only wait for each other once too often.
    pub(crate) fn key(self) -> i64 {
        let mut name = Vec::with_capacity(self.rule.len() + 1 + self.of.len());
        name.extend_from_slice(self.rule.as_bytes());
        name.push(0);
        name.extend_from_slice(self.of.as_bytes());
        let hash = digest(&SHA256, &name);
        let first = hash.as_ref().iter().take(8);
        first.fold(0, |key, byte| (key << 8) | i64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_and_owner_both_count() {
        assert_eq!(Lock::new("a", "b").key(), Lock::new("a", "b").key());
        assert_ne!(Lock::new("a", "b").key(), Lock::new("a", "c").key());
        assert_ne!(Lock::new("a", "b").key(), Lock::new("ab", "").key());
    }
}
