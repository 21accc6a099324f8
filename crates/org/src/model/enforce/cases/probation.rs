//! The tables of cases: how probation ends, and how members would fare.

use super::*;

/// On probation from 0 to one hour.
fn on_probation() -> AuthenticationPolicy {
    let given = given();
    let evidence = given.decide().unwrap();
    let policy = given.policy.enforce_sso(&evidence, PROBATION, at(0)).unwrap();
    let expected = Enforcement { enforced_at: at(0), returns_at: at(HOUR), confirmed_at: None };
    assert_eq!(policy.sso, SsoSetting::Enforced(expected));
    policy
}

#[test]
fn confirming_needs_somebody_who_came_in_and_somebody_who_can() {
    let account = AccountId::new(Uuid::from_u128(7));
    let own = |second, by_local_door| OwnSession { opened_at: at(second), by_local_door };
    // (what, when a member came in, the administrator's session, now, what is still needed)
    let cases = [
        ("both are newer", Some(60), own(120, false), 180, None),
        ("by the local door, however old", Some(60), own(-DAY, true), 180, None),
        ("at the last second", Some(60), own(120, false), HOUR - 1, None),
        ("nobody came in", None, own(120, false), 180, Some(NotYet::NobodyCameIn)),
        ("somebody did, before", Some(-1), own(120, false), 180, Some(NotYet::NobodyCameIn)),
        ("in the very moment", Some(0), own(120, false), 180, Some(NotYet::NobodyCameIn)),
        ("an old session by SSO", Some(60), own(-DAY, false), 180, Some(NotYet::OwnSessionIsOlder)),
        ("one of the very moment", Some(60), own(0, false), 180, Some(NotYet::OwnSessionIsOlder)),
        ("nobody, but the local door", None, own(-DAY, true), 180, Some(NotYet::NobodyCameIn)),
        ("too late", Some(60), own(120, false), HOUR, Some(NotYet::NotOnProbation)),
        ("before it began", Some(60), own(120, false), -60, Some(NotYet::NotOnProbation)),
    ];
    for (what, came_in, own, now, still) in cases {
        let witness = came_in.map(|second| Witness { account, at: at(second) });
        let answer = on_probation().confirm(witness.as_ref(), &own, at(now));
        assert_eq!(answer.as_ref().err(), still.as_ref(), "{what}");
        if let Ok(policy) = answer {
            let SsoSetting::Enforced(confirmed) = policy.sso else { panic!("{what}") };
            assert_eq!(confirmed.confirmed_at, Some(at(now)), "{what}");
            assert!(confirmed.holds(at(365 * DAY)), "{what}");
            let twice = policy.confirm(witness.as_ref(), &own, at(now));
            assert_eq!(twice, Err(NotYet::NotOnProbation), "{what}");
        }
    }
}

#[test]
fn probation_can_be_longer_never_shorter_and_not_for_ever() {
    let mins = SignedDuration::from_mins;
    // (what, more, from when on, the end)
    let cases = [
        ("an hour more", mins(60), 1800, Ok(1800 + HOUR)),
        ("no shorter than it was", mins(10), 0, Ok(HOUR)),
        ("too short", mins(4), 1800, Err(ProbationError::Length)),
        ("seven days in all", mins(7 * 24 * 60), 0, Ok(7 * DAY)),
        ("longer in all", mins(7 * 24 * 60), 60, Err(ProbationError::Length)),
        ("over", mins(60), HOUR, Err(ProbationError::NotOnProbation)),
        ("for ever", SignedDuration::MAX, 60, Err(ProbationError::Length)),
        ("backwards", mins(-60), 60, Err(ProbationError::Length)),
    ];
    for (what, more, now, end) in cases {
        let answer = on_probation().extend(more, at(now)).map(|policy| policy.sso);
        let expected = end.map(|end| {
            let enforcement = Enforcement { enforced_at: at(0), returns_at: at(end), confirmed_at: None };
            SsoSetting::Enforced(enforcement)
        });
        assert_eq!(answer, expected, "{what}");
    }
}

#[test]
fn what_is_returned_stays_offered_and_nothing_else_does() {
    assert_eq!(on_probation().return_now().sso, SsoSetting::Offered);
    let with = |sso| AuthenticationPolicy { sso, ..on_probation() };
    for sso in [SsoSetting::Off, SsoSetting::Offered] {
        assert_eq!(with(sso).return_now().sso, sso);
        assert_eq!(with(sso).extend(PROBATION, at(0)), Err(ProbationError::NotOnProbation));
    }
}

#[test]
fn members_are_proven_failing_or_unknown() {
    let refused = |code: &str| Some(code.to_owned());
    let attempt = |version, refused| Some(Attempt { at: at(0), version, refused });
    let failing = |code: &str| Outlook::WillFail(WillFail::RefusedBefore(code.to_owned()));
    let no_id = Outlook::WillFail(WillFail::StableIdMissing);
    // (what, linked, its last sign-in, whether stable ids are stated, how it would fare at version 4)
    let cases = [
        ("never seen", false, None, Some(true), Outlook::Unknown),
        ("never seen, nobody tested", false, None, None, Outlook::Unknown),
        ("came in", true, attempt(4, None), Some(true), Outlook::Proven),
        ("came in, nobody tested", true, attempt(4, None), None, Outlook::Proven),
        ("came in before the change", true, attempt(3, None), Some(true), Outlook::Unknown),
        ("refused", true, attempt(4, refused("address-conflict")), Some(true), failing("address-conflict")),
        ("refused before the change", true, attempt(3, refused("x")), Some(true), Outlook::Unknown),
        ("linked, and no ids are stated", true, None, Some(false), no_id.clone()),
        ("linked, came in, and no ids are stated now", true, attempt(4, None), Some(false), no_id),
        ("not linked, no ids are stated", false, None, Some(false), Outlook::Unknown),
    ];
    let mut members = Vec::new();
    for (what, linked, last, stable_ids, outlook) in cases {
        let account = AccountId::new(Uuid::from_u128(1));
        let member = Member { account, linked, has_passkey: false, last };
        assert_eq!(member.outlook(4, stable_ids), outlook, "{what}");
        members.push(member);
    }
    members[0].has_passkey = true;
    let counted = Members::count(&members, 4, Some(true));
    assert_eq!((counted.proven, counted.unknown, counted.will_fail_count()), (3, 6, Some(1)));
    assert_eq!(counted.without_any_way, 6);
}
