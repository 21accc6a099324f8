//! The evidence as a list: what enforcing needs, whether it is there, and what
//! to do if not. Pure.

use web::Message;

use crate::model::enforce::{Members, Missing, Void};
use crate::model::way_back::FirstStep;

/// One thing that enforcing needs.
#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) there: bool,
    pub(crate) title: Message,
    /// What is there, or what to do.
    pub(crate) text: Message,
    /// Where it is done.
    pub(crate) way_on: Option<(Message, String)>,
    /// By which code an administrator may take it upon themselves.
    pub(crate) overridable: Option<&'static str>,
}

/// Where each thing is done.
#[derive(Debug)]
pub(crate) struct Ways {
    pub(crate) administrators: String,
    pub(crate) settings: String,
    pub(crate) saml: String,
    pub(crate) link: String,
    pub(crate) test: String,
    pub(crate) roll_out: String,
}

/// Everything that enforcing needs, in the order in which it is best done.
/// `fallback`: the addresses of those who get in whatever becomes of the
/// identity provider.
pub(crate) fn requirements(
    missing: &[Missing],
    (members, fallback): (&Members, &[String]),
    ways: &Ways,
) -> Vec<Requirement> {
    let kinds = [Kind::WayBack, Kind::Plan, Kind::Saml, Kind::Certificate, Kind::Domain, Kind::Test];
    let mut all: Vec<Requirement> = kinds
        .into_iter()
        .map(|kind| {
            let first = missing.iter().copied().find(|one| Kind::of(*one) == Some(kind));
            requirement(kind, first, (fallback, ways))
        })
        .collect();
    let failing = missing.iter().copied().find(|one| Kind::of(*one) == Some(Kind::Members));
    all.push(of_members(failing, members, ways));
    all
}

/// What a missing thing is called where there is room for a few words.
pub(crate) fn short(missing: Missing) -> &'static str {
    match Kind::of(missing) {
        Some(Kind::WayBack) => "evidence-way-back",
        Some(Kind::Plan) => "evidence-plan",
        Some(Kind::Saml) => "evidence-saml",
        Some(Kind::Certificate) => "evidence-certificate",
        Some(Kind::Domain) => "evidence-domain",
        Some(Kind::Test) => "evidence-test",
        Some(Kind::Members) | None => "evidence-members",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    WayBack,
    Plan,
    Saml,
    Certificate,
    Domain,
    Test,
    Members,
}

impl Kind {
    /// None for what has its own page: a policy that enforces already.
    const fn of(missing: Missing) -> Option<Self> {
        Some(match missing {
            Missing::WayBack(_) | Missing::WayBackElsewhere | Missing::Administrator => Self::WayBack,
            Missing::Plan | Missing::PlanLapsed => Self::Plan,
            Missing::IdentityProvider | Missing::DirectorySwitchedOff | Missing::Configuration => Self::Saml,
            Missing::CertificateNotYetValid | Missing::CertificateExpired => Self::Certificate,
            Missing::LinkedDomain => Self::Domain,
            Missing::TestSignIn | Missing::TestFailed | Missing::TestVoid(_) => Self::Test,
            Missing::MembersWillFail(_) => Self::Members,
            Missing::AlreadyEnforced => return None,
        })
    }
}

fn requirement(kind: Kind, missing: Option<Missing>, (fallback, ways): (&[String], &Ways)) -> Requirement {
    let (title, there) = match kind {
        Kind::WayBack => {
            ("evidence-way-back", Message::new("evidence-way-back-there").with("who", fallback.join(", ")))
        }
        Kind::Plan => ("evidence-plan", "evidence-plan-there".into()),
        Kind::Saml => ("evidence-saml", "evidence-saml-there".into()),
        Kind::Certificate => ("evidence-certificate", "evidence-certificate-there".into()),
        Kind::Domain => ("evidence-domain", "evidence-domain-there".into()),
        Kind::Test | Kind::Members => ("evidence-test", "evidence-test-there".into()),
    };
    let way = |label: &'static str, path: &str| Some((Message::new(label), path.to_owned()));
    let way_on = match kind {
        Kind::WayBack => way("evidence-way-back-on", &ways.administrators),
        Kind::Plan => way("evidence-plan-on", &ways.settings),
        Kind::Saml | Kind::Certificate => way("evidence-saml-on", &ways.saml),
        Kind::Domain => way("evidence-domain-on", &ways.link),
        Kind::Test | Kind::Members => way("evidence-test-on", &ways.test),
    };
    Requirement {
        there: missing.is_none(),
        title: title.into(),
        text: missing.map_or(there, |one| Message::new(what_to_do(one))),
        way_on: way_on.filter(|_| missing.is_some()),
        overridable: missing.filter(|one| one.may_be_overridden()).map(Missing::code),
    }
}

fn of_members(missing: Option<Missing>, members: &Members, ways: &Ways) -> Requirement {
    let failing = members.will_fail_count().unwrap_or(0);
    let id = if missing.is_some() { "evidence-members-missing" } else { "evidence-members-there" };
    let text = Message::new(id)
        .with("failing", failing)
        .with("proven", members.proven)
        .with("unknown", members.unknown);
    Requirement {
        there: missing.is_none(),
        title: "evidence-members".into(),
        text,
        way_on: Some(("evidence-members-on".into(), ways.roll_out.clone())),
        overridable: missing.map(Missing::code),
    }
}

const fn what_to_do(missing: Missing) -> &'static str {
    match missing {
        Missing::WayBack(FirstStep::UsePasskey) => "missing-way-back-use",
        Missing::WayBack(FirstStep::MakePasskey) => "missing-way-back-make",
        Missing::WayBack(FirstStep::MakeFallbackAdministrator) => "missing-way-back-fallback",
        Missing::WayBackElsewhere => "way-back-elsewhere",
        Missing::Administrator => "missing-administrator",
        Missing::Plan => "missing-plan",
        Missing::PlanLapsed => "missing-plan-lapsed",
        Missing::IdentityProvider => "missing-identity-provider",
        Missing::DirectorySwitchedOff => "missing-switched-off",
        Missing::Configuration => "missing-configuration",
        Missing::CertificateNotYetValid => "missing-certificate-early",
        Missing::CertificateExpired => "missing-certificate-expired",
        Missing::LinkedDomain => "missing-domain",
        Missing::TestSignIn => "missing-test",
        Missing::TestFailed => "missing-test-failed",
        Missing::TestVoid(Void::Changed) => "missing-test-changed",
        Missing::TestVoid(Void::TooOld) => "missing-test-old",
        Missing::MembersWillFail(_) | Missing::AlreadyEnforced => "evidence-members",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::texts;

    fn ways() -> Ways {
        let path = |text: &str| text.to_owned();
        Ways {
            administrators: path("/administrators"),
            settings: path("/settings"),
            saml: path("/saml"),
            link: path("/link"),
            test: path("/test"),
            roll_out: path("/roll-out"),
        }
    }

    const ALL: &[(Missing, &str)] = &[
        (Missing::WayBack(FirstStep::UsePasskey), "/administrators"),
        (Missing::WayBack(FirstStep::MakePasskey), "/administrators"),
        (Missing::WayBack(FirstStep::MakeFallbackAdministrator), "/administrators"),
        (Missing::WayBackElsewhere, "/administrators"),
        (Missing::Administrator, "/administrators"),
        (Missing::Plan, "/settings"),
        (Missing::PlanLapsed, "/settings"),
        (Missing::IdentityProvider, "/saml"),
        (Missing::DirectorySwitchedOff, "/saml"),
        (Missing::Configuration, "/saml"),
        (Missing::CertificateNotYetValid, "/saml"),
        (Missing::CertificateExpired, "/saml"),
        (Missing::LinkedDomain, "/link"),
        (Missing::TestSignIn, "/test"),
        (Missing::TestFailed, "/test"),
        (Missing::TestVoid(Void::Changed), "/test"),
        (Missing::TestVoid(Void::TooOld), "/test"),
        (Missing::MembersWillFail(3), "/roll-out"),
    ];

    #[test]
    fn whatever_is_missing_says_what_to_do_and_where() {
        let texts = texts().unwrap();
        let members = Members::default();
        for (missing, path) in ALL {
            let list = requirements(&[*missing], (&members, &[]), &ways());
            let wrong: Vec<&Requirement> = list.iter().filter(|one| !one.there).collect();
            assert_eq!(wrong.len(), 1, "{missing:?}");
            let one = wrong[0];
            assert_eq!(one.way_on.as_ref().unwrap().1, *path, "{missing:?}");
            assert_eq!(one.overridable.is_some(), missing.may_be_overridden(), "{missing:?}");
            assert!(texts.has(one.text.id()) && texts.has(one.title.id()), "{missing:?}");
            assert!(texts.has(short(*missing)), "{missing:?}");
        }
    }

    #[test]
    fn nothing_missing_names_who_gets_in() {
        let fallback = ["frida@fallback.example".to_owned()];
        let list = requirements(&[], (&Members::default(), &fallback), &ways());
        assert!(list.len() == 7 && list.iter().all(|one| one.there && one.overridable.is_none()));
        let said = texts().unwrap().say(&list[0].text);
        assert!(said.contains("frida@fallback.example"), "{said}");
    }
}
