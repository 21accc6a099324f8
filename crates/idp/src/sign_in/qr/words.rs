//! What people are told about a transaction that ended: at the desktop, and on the phone.

use crate::model::qr::Ending;

/// The message for the desktop: a sentence, with its heading as `.title`. It never names anybody.
pub(super) const fn desktop(why: Ending) -> &'static str {
    match why {
        Ending::WrongDigits => "qr-over-wrong-digits",
        Ending::NotMe => "qr-over-not-me",
        Ending::NotMine | Ending::Replaced | Ending::MovedOn => "qr-over-replaced",
        Ending::Off => "qr-over-off",
        Ending::Suspended | Ending::Frozen => "qr-over-person",
        Ending::AnotherPerson => "qr-over-another-person",
        Ending::NotAssigned => "qr-over-not-assigned",
        Ending::UnknownBrowser => "qr-over-unknown-browser",
        Ending::AnotherNetwork => "qr-over-another-network",
    }
}

/// The message for the phone, likewise. What it says of the person is said after their own ceremony.
pub(super) const fn phone(why: Ending) -> &'static str {
    match why {
        Ending::WrongDigits => "qr-phone-wrong-digits",
        Ending::NotMe => "qr-phone-not-me",
        Ending::NotMine => "qr-phone-not-mine",
        Ending::Replaced | Ending::MovedOn => "qr-phone-replaced",
        Ending::Off => "qr-phone-off",
        Ending::Suspended => "qr-phone-suspended",
        Ending::AnotherPerson => "qr-phone-another-person",
        Ending::NotAssigned => "qr-phone-not-assigned",
        Ending::Frozen => "qr-phone-frozen",
        Ending::UnknownBrowser => "qr-phone-unknown-browser",
        Ending::AnotherNetwork => "qr-phone-another-network",
    }
}
