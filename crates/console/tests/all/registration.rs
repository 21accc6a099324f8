//! Passkeys by invitation, further ones by a fresh ceremony, and no third way.

use console::ceremony::CeremonyRefusal;
use console::door::{DoorRefusal, Grant};
use console::invitations::{self, InvitationRefusal};
use console::passkeys::{self, LastOne, PasskeyId, Spare};
use console::person::DisplayName;
use console::sessions::{self, Kind, demand_fresh};
use testkit::authenticator::{Authenticator, Forgery, base64url, flag, from_base64url};

use crate::house::{ORIGIN, PHONE, at, enrol, on_each_engine};

#[tokio::test]
async fn of_twenty_uses_of_a_link_one_wins() {
    on_each_engine(async |house| {
        let person = house.person();
        let invited = house.invite(person, at(0)).await;
        let mut verdicts = Vec::new();
        for n in 0..20 {
            let options = house.begin_enrolment(&invited, &enrol(n), at(1)).await;
            let answer = Authenticator::new().register(ORIGIN, &options);
            verdicts.push(house.judge_registration(&enrol(n), &answer, at(2)).await);
        }
        let takes = verdicts.into_iter().map(|verdict| house.take_registration(verdict, at(3)));
        let taken = futures_util::future::join_all(takes).await;
        let (won, lost): (Vec<_>, Vec<_>) = taken.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert!(lost.iter().all(|lost| *lost == Err(InvitationRefusal::Used.into())), "{lost:?}");
        let read = house.store.read().await.expect("a snapshot");
        assert_eq!(passkeys::count(&read, person).await.expect("counted"), 1);
        let registered = won[0].as_ref().expect("won");
        assert_eq!(registered.invitation(), Some(invited.id));
        assert!(registered.is_by(PHONE) && !registered.is_by(invitations::Purpose::new("set-up")));
        let kinds = house.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "passkey.registered").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| *kind == "door.refused").count(), 19);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_withdrawn_or_expired_meanwhile_registers_nothing() {
    on_each_engine(async |house| {
        let person = house.person();
        let first = house.invite(person, at(0)).await;
        let options = house.begin_enrolment(&first, &enrol(1), at(1)).await;
        let answer = Authenticator::new().register(ORIGIN, &options);
        let second = house.invite(person, at(2)).await;
        let verdict = house.judge_registration(&enrol(1), &answer, at(3)).await;
        let refusal = house.take_registration(verdict, at(3)).await;
        assert_eq!(refusal, Err(InvitationRefusal::Withdrawn.into()));

        let end = second.expires_at;
        let begun = end - jiff::SignedDuration::from_secs(2);
        let options = house.begin_enrolment(&second, &enrol(1), begun).await;
        let answer = Authenticator::new().register(ORIGIN, &options);
        let verdict = house.judge_registration(&enrol(1), &answer, end).await;
        let refusal = house.take_registration(verdict, end).await;
        assert_eq!(refusal, Err(InvitationRefusal::Expired.into()));
        let read = house.store.read().await.expect("a snapshot");
        assert_eq!(passkeys::count(&read, person).await.expect("counted"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_credential_is_nobodys_twice() {
    on_each_engine(async |house| {
        let (mut device, mut thief) = (Authenticator::new(), Authenticator::new());
        let owner = house.person();
        house.enrol(owner, &mut device, at(0)).await;
        let stolen = device.credentials[0].id.clone();
        let stranger = house.person();
        let invited = house.invite(stranger, at(0)).await;
        let options = house.begin_enrolment(&invited, &enrol(1), at(1)).await;
        // No attestation signs the credential id: the thief claims the owner's as the new one.
        let forgery = Forgery::message(move |message| {
            let own = from_base64url(message["id"].as_str().expect("text"));
            let object = from_base64url(message["response"]["attestationObject"].as_str().expect("text"));
            let place = object.windows(own.len()).position(|bytes| bytes == own).expect("there");
            let object = [&object[..place], &stolen, &object[place + own.len()..]].concat();
            message["response"]["attestationObject"] = base64url(&object).into();
            message["id"] = base64url(&stolen).into();
            message["rawId"] = base64url(&stolen).into();
        });
        let answer = thief.register_forged(ORIGIN, &options, &forgery);
        let verdict = house.judge_registration(&enrol(1), &answer, at(2)).await;
        assert_eq!(house.take_registration(verdict, at(2)).await, Err(DoorRefusal::CredentialTaken));
        let read = house.store.read().await.expect("a snapshot");
        assert_eq!(passkeys::count(&read, stranger).await.expect("counted"), 0);
        let still = invitations::look_up(&read, &invited.token, at(3)).await.expect("looked up");
        assert!(still.is_ok(), "the link was given back: {still:?}");
        assert_eq!(passkeys::list(&read, owner).await.expect("listed").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_further_passkey_needs_a_fresh_ceremony_and_a_live_session() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        let opened = house.signed_in(&mut device, at(0)).await;
        let who = house.current(Kind::CONSOLE, &opened.token, at(10)).await.signed_in().expect("signed in");
        let fresh = demand_fresh(&who, at(10)).expect("fresh");
        assert!(demand_fresh(&who, at(301)).is_err());

        let mut phone = Authenticator::synced();
        let options = house.begin_registration(Grant::Fresh(&fresh), &enrol(1), at(11)).await;
        let answer = phone.register(ORIGIN, &options);
        let verdict = house.judge_registration(&enrol(1), &answer, at(12)).await;
        let enrolled = house.take_registration(verdict, at(12)).await.expect("enrolled");
        assert_eq!((enrolled.person(), enrolled.invitation()), (opened.person, None));

        let options = house.begin_registration(Grant::Fresh(&fresh), &enrol(1), at(13)).await;
        let answer = Authenticator::new().register(ORIGIN, &options);
        let verdict = house.judge_registration(&enrol(1), &answer, at(14)).await;
        let tx = house.store.begin().await.expect("a transaction");
        sessions::end(&tx, &house.stranger(), &who, at(14)).await.expect("ended");
        tx.commit().await.expect("committed");
        assert_eq!(house.take_registration(verdict, at(15)).await, Err(DoorRefusal::SessionOver));
        let read = house.store.read().await.expect("a snapshot");
        assert_eq!(passkeys::count(&read, opened.person).await.expect("counted"), 2);
    })
    .await;
}

#[tokio::test]
async fn what_the_authenticator_did_not_verify_is_not_registered() {
    on_each_engine(async |house| {
        let invited = house.invite(house.person(), at(0)).await;
        let options = house.begin_enrolment(&invited, &enrol(1), at(1)).await;
        let forgery = Forgery::flags(flag::USER_VERIFIED, 0);
        let answer = Authenticator::new().register_forged(ORIGIN, &options, &forgery);
        let verdict = house.judge_registration(&enrol(1), &answer, at(2)).await;
        let refusal = house.take_registration(verdict, at(2)).await.expect_err("refused");
        assert_eq!((refusal.code(), refusal.message()), ("user-not-verified", "error-passkey-not-verified"));
        // The ceremony is gone, the link is not.
        let answer = Authenticator::new().register(ORIGIN, &options);
        let verdict = house.judge_registration(&enrol(1), &answer, at(3)).await;
        assert_eq!(house.take_registration(verdict, at(3)).await, Err(CeremonyRefusal::Unknown.into()));
        house.begin_enrolment(&invited, &enrol(1), at(4)).await;
    })
    .await;
}

#[tokio::test]
async fn the_options_exclude_what_the_person_has() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        house.enrol(person, &mut device, at(0)).await;
        let invited = house.invite(person, at(0)).await;
        let options = house.begin_enrolment(&invited, &enrol(1), at(1)).await;
        assert!(options.contains(&base64url(&device.credentials[0].id)), "{options}");
        assert!(options.contains(r#""residentKey":"required""#), "{options}");
    })
    .await;
}

#[tokio::test]
async fn the_last_passkey_stays_even_when_two_are_revoked_at_once() {
    on_each_engine(async |house| {
        let person = house.person();
        let mut ids = Vec::new();
        for _ in 0..2 {
            ids.push(house.enrol(person, &mut Authenticator::new(), at(0)).await.passkey());
        }
        let revoke = async |id: PasskeyId| {
            let owner = person.to_string();
            let tx = house.store.begin().await.expect("a transaction");
            tx.lock(passkeys::lock(&owner)).await.expect("locked");
            let which = (person, id, Spare::Required);
            let revoked = passkeys::revoke(&tx, &house.stranger(), which, at(1)).await.expect("an answer");
            tx.commit().await.expect("committed");
            revoked
        };
        let (one, two) = tokio::join!(revoke(ids[0]), revoke(ids[1]));
        let mut answers = [one, two];
        answers.sort_by_key(Result::is_err);
        assert_eq!(answers, [Ok(true), Err(LastOne)]);
        let read = house.store.read().await.expect("a snapshot");
        assert_eq!(passkeys::count(&read, person).await.expect("counted"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_renamed_by_its_owner_only() {
    on_each_engine(async |house| {
        let (person, other) = (house.person(), house.person());
        let id = house.enrol(person, &mut Authenticator::new(), at(0)).await.passkey();
        let label = DisplayName::parse("Maya's phone").expect("a label");
        for (owner, renamed) in [(other, false), (person, true)] {
            let tx = house.store.begin().await.expect("a transaction");
            let done = passkeys::rename(&tx, &house.stranger(), (owner, id, &label), at(1))
                .await
                .expect("an answer");
            tx.commit().await.expect("committed");
            assert_eq!(done, renamed);
        }
        let read = house.store.read().await.expect("a snapshot");
        assert!(passkeys::find(&read, other, id).await.expect("found").is_none());
        let kept = passkeys::find(&read, person, id).await.expect("found").expect("there");
        assert_eq!(kept.label, "Maya's phone");
    })
    .await;
}
