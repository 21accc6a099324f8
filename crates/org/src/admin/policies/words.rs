//! What the pages of policies call things.

use std::time::Duration;

use jiff::Timestamp;
use web::Message;
use web::page::{Notice, NoticeKind};

use crate::acts::Refusal;
use crate::admin::domain::stale;
use crate::admin::domains::Badge;
use crate::model::way_back::FirstStep;
use crate::model::{AuthenticationPolicy, Sso, SsoSetting, effective};

/// What a policy says about single sign-on at this moment.
pub(super) fn badge(policy: &AuthenticationPolicy, now: Timestamp) -> Badge {
    let (tone, text) = match (effective(policy, now), policy.sso) {
        (Sso::Enforced, SsoSetting::Enforced(one)) if one.is_on_probation(now) => {
            ("accent", "sso-on-probation")
        }
        (Sso::Enforced, _) => ("good", "sso-enforced"),
        (_, SsoSetting::Enforced(one)) if one.holds(now) => ("warn", "sso-plan-over"),
        (_, SsoSetting::Enforced(_)) => ("warn", "sso-returned"),
        (Sso::Offered, _) => ("neutral", "sso-offered"),
        (Sso::Off, _) => ("neutral", "sso-off"),
    };
    Badge { tone, text: text.into() }
}

/// A duration in its largest whole unit.
pub(super) fn span(duration: Duration) -> Message {
    let (count, unit) = parts(duration);
    let id = match unit {
        Unit::Days => "span-days",
        Unit::Hours => "span-hours",
        Unit::Minutes => "span-minutes",
    };
    Message::new(id).with("count", count)
}

/// A unit of durations, as forms name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
}

impl Unit {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    const fn seconds(self) -> u64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days => 24 * 60 * 60,
        }
    }
}

/// The number and its largest whole unit.
pub(super) fn parts(duration: Duration) -> (u64, Unit) {
    let seconds = duration.as_secs();
    let whole = [Unit::Days, Unit::Hours].into_iter().find(|unit| seconds.is_multiple_of(unit.seconds()));
    let unit = whole.filter(|_| seconds > 0).unwrap_or(Unit::Minutes);
    (seconds / unit.seconds(), unit)
}

/// A number and a unit as they were posted; none if that is no duration.
pub(super) fn typed(number: &str, unit: &str) -> Option<Duration> {
    let unit = [Unit::Minutes, Unit::Hours, Unit::Days].into_iter().find(|one| one.word() == unit)?;
    let count: u64 = number.trim().parse().ok()?;
    count.checked_mul(unit.seconds()).map(Duration::from_secs)
}

pub(super) fn good(message: impl Into<Message>) -> Notice {
    Notice { kind: NoticeKind::Success, message: message.into() }
}

pub(super) fn bad(message: impl Into<Message>) -> Notice {
    Notice { kind: NoticeKind::Danger, message: message.into() }
}

/// Why an act on a policy was not done, and what comes first; none if what it
/// was about is not there.
pub(super) fn told(refusal: Refusal) -> Option<Notice> {
    let message = match refusal {
        Refusal::ChangedMeanwhile => return Some(stale()),
        Refusal::WayBack(FirstStep::UsePasskey) => "policy-way-back-use",
        Refusal::WayBack(FirstStep::MakePasskey) => "policy-way-back-make",
        Refusal::WayBack(FirstStep::MakeFallbackAdministrator) => "policy-way-back-fallback",
        Refusal::LastAdministrator => "way-back-first",
        Refusal::WayBackElsewhere => "way-back-elsewhere",
        Refusal::OtherDirectory => "policy-other-directory",
        Refusal::EvidenceGone => "enforce-evidence-gone",
        Refusal::DefaultPolicy => "policy-delete-default",
        _ => return None,
    };
    Some(bad(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_their_largest_whole_unit() {
        for (seconds, count, unit) in [
            (300, 5, Unit::Minutes),
            (3600, 1, Unit::Hours),
            (5400, 90, Unit::Minutes),
            (86_400, 1, Unit::Days),
            (90_000, 25, Unit::Hours),
            (0, 0, Unit::Minutes),
        ] {
            assert_eq!(parts(Duration::from_secs(seconds)), (count, unit), "{seconds}");
            let back = typed(&count.to_string(), unit.word());
            assert_eq!(back, Some(Duration::from_secs(seconds)));
        }
        for (number, unit) in [("", "days"), ("x", "days"), ("-1", "days"), ("1", "weeks"), ("1.5", "hours")]
        {
            assert_eq!(typed(number, unit), None, "{number} {unit}");
        }
        assert_eq!(typed("18446744073709551615", "days"), None);
    }
}
