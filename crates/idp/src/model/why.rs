//! "Why can't Maya sign in?" answered from the facts: what stands in the way, what does not, and what may.

use super::qr::QrRule;

/// What is known of a person who cannot sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Not suspended.
    pub active: bool,
    /// Devices that prove them.
    pub devices: usize,
    /// Devices of which there may be a copy.
    pub flagged: usize,
    /// An invitation of theirs can still be used.
    pub invited: bool,
    /// Where our QR sign-in completes.
    pub qr: QrRule,
    /// They have frozen the QR sign-in for themselves.
    pub frozen: bool,
    /// Browsers that know them.
    pub browsers: usize,
    /// About the application that was asked for.
    pub application: Option<At>,
}

/// A person at an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// It is switched on.
    pub enabled: bool,
    /// It is for them.
    pub assigned: bool,
    /// We have answered for them there before.
    pub used: bool,
}

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It keeps them out.
    Blocks,
    /// It keeps them out of one way to sign in.
    Narrows,
    /// All is well.
    Fine,
}

/// One thing found, by its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// How it is meant.
    pub weight: Weight,
    /// The message that says it.
    pub message: &'static str,
}

/// Everything that the facts say, in the order in which it is met.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found = vec![match facts.active {
        true => fine("why-active"),
        false => blocks("why-suspended"),
    }];
    found.push(match (facts.devices, facts.invited) {
        (0, true) => blocks("why-invited"),
        (0, false) => blocks("why-no-device"),
        _ => fine("why-devices"),
    });
    if facts.flagged > 0 {
        found.push(narrows("why-flagged"));
    }
    if let Some(at) = facts.application {
        found.push(if at.enabled { fine("why-enabled") } else { blocks("why-disabled") });
        found.push(if at.assigned { fine("why-assigned") } else { blocks("why-not-assigned") });
        if !at.used {
            found.push(narrows("why-never-used"));
        }
    }
    if facts.devices > 0 {
        found.extend(qr(facts));
    }
    found
}

/// Whether anything keeps the person out.
pub fn is_blocked(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.weight == Weight::Blocks)
}

/// The QR code alone; passkeys work all the same.
fn qr(facts: &Facts) -> Option<Finding> {
    match (facts.qr, facts.frozen, facts.browsers) {
        (QrRule::Off, ..) => Some(narrows("why-qr-off")),
        (_, true, _) => Some(narrows("why-qr-frozen")),
        (QrRule::KnownBrowser, _, 0) => Some(narrows("why-qr-no-browser")),
        (QrRule::SameNetwork, _, 0) => Some(narrows("why-qr-network")),
        _ => None,
    }
}

const fn blocks(message: &'static str) -> Finding {
    Finding { weight: Weight::Blocks, message }
}

const fn narrows(message: &'static str) -> Finding {
    Finding { weight: Weight::Narrows, message }
}

const fn fine(message: &'static str) -> Finding {
    Finding { weight: Weight::Fine, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Facts = Facts {
        active: true,
        devices: 1,
        flagged: 0,
        invited: false,
        qr: QrRule::SameNetwork,
        frozen: false,
        browsers: 1,
        application: Some(At { enabled: true, assigned: true, used: true }),
    };

    #[test]
    fn the_table_of_causes() {
        let at = |enabled, assigned, used| Some(At { enabled, assigned, used });
        let cases: [(Facts, &str, bool); 13] = [
            (GOOD, "why-active", false),
            (Facts { active: false, ..GOOD }, "why-suspended", true),
            (Facts { devices: 0, ..GOOD }, "why-no-device", true),
            (Facts { devices: 0, invited: true, ..GOOD }, "why-invited", true),
            (Facts { flagged: 1, ..GOOD }, "why-flagged", false),
            (Facts { application: at(false, true, true), ..GOOD }, "why-disabled", true),
            (Facts { application: at(true, false, true), ..GOOD }, "why-not-assigned", true),
            (Facts { application: at(true, true, false), ..GOOD }, "why-never-used", false),
            (Facts { application: None, ..GOOD }, "why-devices", false),
            (Facts { qr: QrRule::Off, ..GOOD }, "why-qr-off", false),
            (Facts { frozen: true, ..GOOD }, "why-qr-frozen", false),
            (Facts { qr: QrRule::KnownBrowser, browsers: 0, ..GOOD }, "why-qr-no-browser", false),
            (Facts { browsers: 0, ..GOOD }, "why-qr-network", false),
        ];
        for (facts, message, blocked) in cases {
            let found = findings(&facts);
            assert!(found.iter().any(|finding| finding.message == message), "{message}: {found:?}");
            assert_eq!(is_blocked(&found), blocked, "{message}: {found:?}");
        }
        assert!(findings(&GOOD).iter().all(|finding| finding.weight == Weight::Fine));
    }
}
