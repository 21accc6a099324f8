//! Many accounts at once, made ready before a transaction begins: what is
//! written inside is short, however many they are.

use std::collections::BTreeSet;

use super::ids::AccountId;

/// Accounts with which one thing is done, each of them once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Many {
    accounts: BTreeSet<AccountId>,
    portions: Vec<Vec<AccountId>>,
    named: Vec<Vec<String>>,
}

impl Many {
    /// Makes them ready.
    pub fn of(accounts: impl IntoIterator<Item = AccountId>) -> Self {
        let accounts: BTreeSet<AccountId> = accounts.into_iter().collect();
        let ids: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        let all: Vec<AccountId> = accounts.iter().copied().collect();
        Self {
            portions: all.chunks(PORTION).map(<[AccountId]>::to_vec).collect(),
            named: ids.chunks(NAMED_AT_ONCE).map(<[String]>::to_vec).collect(),
            accounts,
        }
    }

    /// Who they are.
    pub const fn accounts(&self) -> &BTreeSet<AccountId> {
        &self.accounts
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        u64::try_from(self.accounts.len()).unwrap_or(u64::MAX)
    }

    /// As many as go in one statement each.
    pub(crate) fn portions(&self) -> &[Vec<AccountId>] {
        &self.portions
    }

    /// Their ids, as events name them: some in each.
    pub(crate) fn named(&self) -> &[Vec<String>] {
        &self.named
    }
}

/// So many go in one statement.
const PORTION: usize = 100;

/// So many are named in one event.
const NAMED_AT_ONCE: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_stands_in_one_portion_and_one_event() {
        let accounts = (0..1203_u128).chain(0..7).map(|n| AccountId::new(Uuid::from_u128(n)));
        let many = Many::of(accounts);
        assert_eq!(many.count(), 1203);
        let counts: usize = many.portions().iter().map(Vec::len).sum();
        assert_eq!((many.portions().len(), counts), (13, 1203));
        assert!(many.portions().iter().all(|some| some.len() <= 100));
        let named: Vec<usize> = many.named().iter().map(Vec::len).collect();
        assert_eq!(named, [500, 500, 203]);
        assert!(Many::of([]).portions().is_empty());
    }
}
