//! Why somebody can or cannot sign in: what hop 1 and hop 7 would decide now
//! about an account, if the identity provider said the right things of it.
//!
//! Pure. It decides nothing itself: [`start`] and [`admit`] are asked.

use jiff::Timestamp;

use super::admit::{Admission, Asserted, Entry, Facts, Refusal, admit};
use super::start::{Known, Way, local_door_is_open, start};
use crate::model::{Account, Sso, Standing, effective};

/// What is known of an account.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The account.
    pub(crate) account: Account,
    /// What hop 1 knows of its address.
    pub(crate) known: Known,
    /// What hop 7 knows of whom the directory would state.
    pub(crate) facts: Option<Facts>,
    /// What the directory's identity provider would state.
    pub(crate) asserted: Option<Asserted>,
    /// How many passkeys it keeps here.
    pub(crate) passkeys: usize,
    /// The code of the last sign-in through the directory, if it would be refused again.
    pub(crate) last_refused: Option<String>,
    /// How many products it may open.
    pub(crate) products: usize,
    /// Now.
    pub(crate) now: Timestamp,
}

/// One thing to know about how an account signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It never signs in.
    Deactivated,
    /// The identity provider of this directory is asked.
    SentTo(String),
    /// The policy wants single sign-on, but the directory is switched off.
    DirectoryOff(String),
    /// The policy wants single sign-on, but the configuration is a draft.
    NotConfigured(String),
    /// Coming back with its address it would be refused.
    Refused(Refusal),
    /// The last time it came back it was refused, and nobody has settled that.
    LastRefused(String),
    /// Coming back it would be linked to what the identity provider calls it.
    WouldBeLinked,
    /// Coming back it gets in.
    Admitted,
    /// A passkey kept here opens a session.
    LocalDoor,
    /// It could use a passkey kept here, and has none.
    NoPasskey,
    /// No passkey kept here opens a session: single sign-on is enforced.
    LocalDoorShut,
    /// It gets in, and opens no product.
    NoProduct,
}

/// How much a reason weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Nobody gets in past it.
    Blocks,
    /// Something to know.
    Warns,
    /// All is well.
    Fine,
}

impl Reason {
    /// How much it weighs.
    pub(crate) const fn weight(&self) -> Weight {
        match self {
            Self::Deactivated
            | Self::Refused(_)
            | Self::LastRefused(_)
            | Self::NoPasskey
            | Self::LocalDoorShut => Weight::Blocks,
            Self::DirectoryOff(_) | Self::NotConfigured(_) | Self::NoProduct => Weight::Warns,
            Self::SentTo(_) | Self::WouldBeLinked | Self::Admitted | Self::LocalDoor => Weight::Fine,
        }
    }
}

/// Everything there is to say, in the order of a sign-in.
pub(crate) fn why(case: &Case) -> Vec<Reason> {
    if case.account.standing == Standing::Deactivated {
        return vec![Reason::Deactivated];
    }
    let mut reasons = match start(&case.known, case.now) {
        Way::Sso(_) => by_sso(case),
        Way::LocalDoor => by_local_door(case),
    };
    let gets_in = !reasons.iter().any(|reason| reason.weight() == Weight::Blocks);
    if gets_in && case.products == 0 {
        reasons.push(Reason::NoProduct);
    }
    reasons
}

fn by_sso(case: &Case) -> Vec<Reason> {
    let governed = case.known.policy.as_ref().or(case.known.linked.as_ref());
    let mut reasons: Vec<Reason> =
        governed.map(|by| Reason::SentTo(by.directory.name.to_string())).into_iter().collect();
    if let (Some(facts), Some(asserted)) = (&case.facts, &case.asserted) {
        reasons.push(match admit(asserted, facts) {
            Err(refusal) => Reason::Refused(refusal),
            Ok(Admission::Enter(Entry::Link { .. }) | Admission::Ask { entry: Entry::Link { .. }, .. }) => {
                Reason::WouldBeLinked
            }
            Ok(_) => Reason::Admitted,
        });
    }
    reasons.extend(case.last_refused.clone().map(Reason::LastRefused));
    reasons
}

fn by_local_door(case: &Case) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let policy = case.known.policy.as_ref();
    let wants = policy.filter(|by| effective(&by.policy, case.now) != Sso::Off);
    if let Some(by) = wants {
        let name = by.directory.name.to_string();
        reasons.push(match by.directory.enabled {
            false => Reason::DirectoryOff(name),
            true => Reason::NotConfigured(name),
        });
    }
    let open = local_door_is_open(policy.map(|by| &by.policy), case.now);
    reasons.push(match (open, case.passkeys) {
        (false, _) => Reason::LocalDoorShut,
        (true, 0) => Reason::NoPasskey,
        (true, _) => Reason::LocalDoor,
    });
    reasons
}
