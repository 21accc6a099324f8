//! Our QR sign-in: where it completes, and the course of one transaction.
//!
//! The digits stop guessed and mistaken approvals. What stops a relayed code is the tie of the browser to the person, and
//! that is decided here, by [`judge`].

mod transaction;

use super::application::words;

pub use transaction::{
    Approval, Desktop, Digits, FROM_OPENING, HANDLE_GOOD, HANDLE_SHOWN, IN_ALL, Phone, QrId, Stage, Stopped,
    Transaction, shown_at,
};

/// Where our QR sign-in completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QrRule {
    /// Nowhere: the code is not offered.
    Off,
    /// In a known browser of the person.
    KnownBrowser,
    /// There, or on the network of the phone.
    #[default]
    SameNetwork,
    /// Anywhere. An attacker who relays the page live gets in: the console warns as long as it is set.
    Anywhere,
}
words!(QrRule {
    Off = "off",
    KnownBrowser = "known-browser",
    SameNetwork = "same-network",
    Anywhere = "anywhere",
});

/// What an approval is judged by: when the phone gives it, and again when the desktop uses it.
///
/// The person's role is not among it: a QR session opens applications only, whoever's it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What the deployment allows.
    pub rule: QrRule,
    /// The person has finished a passkey or hybrid ceremony in the desktop's browser before.
    pub known_browser: bool,
    /// Desktop and phone come from one network.
    pub same_network: bool,
    /// The person has frozen the QR sign-in.
    pub frozen: bool,
    /// The person is suspended.
    pub suspended: bool,
    /// The application is for them.
    pub assigned: bool,
    /// The request names nobody, or them.
    pub expected: bool,
}

/// Whether an approval counts. See the table of cases in the tests.
///
/// What ties the browser to the person comes first: a desktop that has no tie learns nothing else about whoever approved.
///
/// # Errors
/// With the rule that it breaks.
pub const fn judge(case: &Case) -> Result<(), Ending> {
    match case.rule {
        QrRule::Off => return Err(Ending::Off),
        QrRule::Anywhere => {}
        _ if case.known_browser => {}
        QrRule::KnownBrowser => return Err(Ending::UnknownBrowser),
        QrRule::SameNetwork if case.same_network => {}
        QrRule::SameNetwork => return Err(Ending::AnotherNetwork),
    }
    if case.suspended {
        Err(Ending::Suspended)
    } else if !case.expected {
        Err(Ending::AnotherPerson)
    } else if !case.assigned {
        Err(Ending::NotAssigned)
    } else if case.frozen {
        Err(Ending::Frozen)
    } else {
        Ok(())
    }
}

/// Why a transaction ended without a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The digits typed were not the ones shown.
    WrongDigits,
    /// The person with the phone says that it is not them.
    NotMe,
    /// The person at the desktop says that the account named is not theirs.
    NotMine,
    /// The desktop asked for a new code.
    Replaced,
    /// The sign-in went on another way.
    MovedOn,
    /// QR sign-in is off.
    Off,
    /// The approver is suspended.
    Suspended,
    /// The application asked for somebody else.
    AnotherPerson,
    /// The application is not for the approver.
    NotAssigned,
    /// The approver has frozen the QR sign-in.
    Frozen,
    /// The desktop's browser is not known for the approver.
    UnknownBrowser,
    /// It is not, and the phone is on another network.
    AnotherNetwork,
}
words!(Ending {
    WrongDigits = "qr-wrong-digits",
    NotMe = "qr-not-me",
    NotMine = "qr-not-mine",
    Replaced = "qr-replaced",
    MovedOn = "qr-moved-on",
    Off = "qr-off",
    Suspended = "person-suspended",
    AnotherPerson = "another-person",
    NotAssigned = "not-assigned",
    Frozen = "qr-frozen",
    UnknownBrowser = "qr-unknown-browser",
    AnotherNetwork = "qr-another-network",
});

impl Ending {
    /// What the rule expected, for the event.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::WrongDigits => "the digits on the desktop",
            Self::NotMe | Self::NotMine => "the person who began it",
            Self::Replaced | Self::MovedOn => "a transaction that waits",
            Self::Off => "QR sign-in is on",
            Self::Suspended => "an active person",
            Self::AnotherPerson => "the person named in the request",
            Self::NotAssigned => "a person of the application",
            Self::Frozen => "a person who has not frozen the QR sign-in",
            Self::UnknownBrowser => "a known browser of the person",
            Self::AnotherNetwork => "a known browser of the person, or the network of the phone",
        }
    }

    /// What came instead.
    pub const fn received(self) -> &'static str {
        match self {
            Self::WrongDigits => "other digits",
            Self::NotMe => "“this isn't me” on the phone",
            Self::NotMine => "“this isn't me” on the desktop",
            Self::Replaced => "a new code",
            Self::MovedOn => "a sign-in that went on another way",
            Self::Off => "QR sign-in is off",
            Self::Suspended => "a suspended person",
            Self::AnotherPerson => "another person's approval",
            Self::NotAssigned => "a person to whom the application is not assigned",
            Self::Frozen => "a frozen QR sign-in",
            Self::UnknownBrowser => "a browser in which they have finished no ceremony",
            Self::AnotherNetwork => "an unknown browser on another network",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Case = Case {
        rule: QrRule::SameNetwork,
        known_browser: true,
        same_network: true,
        frozen: false,
        suspended: false,
        assigned: true,
        expected: true,
    };

    #[test]
    fn where_it_completes() {
        use Ending::{AnotherNetwork, Off, UnknownBrowser};
        use QrRule::{Anywhere, KnownBrowser, SameNetwork};
        // rule, known, same network → verdict
        let cases = [
            (QrRule::Off, false, false, Err(Off)),
            (QrRule::Off, true, false, Err(Off)),
            (QrRule::Off, false, true, Err(Off)),
            (QrRule::Off, true, true, Err(Off)),
            (KnownBrowser, false, false, Err(UnknownBrowser)),
            (KnownBrowser, true, false, Ok(())),
            (KnownBrowser, false, true, Err(UnknownBrowser)),
            (KnownBrowser, true, true, Ok(())),
            (SameNetwork, false, false, Err(AnotherNetwork)),
            (SameNetwork, true, false, Ok(())),
            (SameNetwork, false, true, Ok(())),
            (SameNetwork, true, true, Ok(())),
            (Anywhere, false, false, Ok(())),
            (Anywhere, true, false, Ok(())),
            (Anywhere, false, true, Ok(())),
            (Anywhere, true, true, Ok(())),
        ];
        for (rule, known_browser, same_network, verdict) in cases {
            let case = Case { rule, known_browser, same_network, ..GOOD };
            assert_eq!(judge(&case), verdict, "{case:?}");
        }
        assert_eq!(QrRule::default(), SameNetwork);
    }

    #[test]
    fn whose_approval_counts() {
        // suspended, expected, assigned, frozen → verdict, where the browser is tied to the person
        let cases = [
            (true, true, true, false, Ending::Suspended),
            (true, false, false, true, Ending::Suspended),
            (false, false, true, false, Ending::AnotherPerson),
            (false, false, false, true, Ending::AnotherPerson),
            (false, true, false, false, Ending::NotAssigned),
            (false, true, false, true, Ending::NotAssigned),
            (false, true, true, true, Ending::Frozen),
        ];
        for (suspended, expected, assigned, frozen, ending) in cases {
            let person = Case { frozen, suspended, assigned, expected, ..GOOD };
            for rule in [QrRule::KnownBrowser, QrRule::SameNetwork, QrRule::Anywhere] {
                assert_eq!(judge(&Case { rule, ..person }), Err(ending), "{person:?}");
            }
            // A desktop without a tie hears of that, and of nothing else.
            let untied = Case { known_browser: false, same_network: false, ..person };
            assert_eq!(judge(&untied), Err(Ending::AnotherNetwork));
            let known_only = Case { rule: QrRule::KnownBrowser, same_network: true, ..untied };
            assert_eq!(judge(&known_only), Err(Ending::UnknownBrowser));
            assert_eq!(judge(&Case { rule: QrRule::Off, ..person }), Err(Ending::Off));
        }
        assert_eq!(judge(&GOOD), Ok(()));
    }

    #[test]
    fn endings_are_read_back_and_explained() {
        for ending in Ending::ALL {
            assert_eq!(Ending::parse(ending.as_str()), Some(*ending));
            assert_ne!(ending.expected(), ending.received());
        }
    }
}
