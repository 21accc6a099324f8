//! Signing in with a passkey, and everything that must not work.

use console::ceremony::{CeremonyRefusal, Place, Purpose};
use console::door::{Ask, DoorRefusal};
use console::passkeys::{self, Spare};
use console::sessions::{Kind, Method, Opening};
use testkit::authenticator::{Authenticator, Forgery, flag};

use crate::house::{ENROL, ORIGIN, SECOND, SIX_MINUTES, at, browser, enrol, on_each_engine, sign_in};

#[tokio::test]
async fn a_person_enrols_and_signs_in() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        let enrolled = house.enrol(person, &mut device, at(0)).await;
        let asked =
            [(Ask::Autofill, Method::Passkey), (Ask::Prompt, Method::Passkey), (Ask::Phone, Method::Hybrid)];
        for ((ask, how), now) in asked.into_iter().zip([at(20), at(40), at(60)]) {
            let proven = house.prove(ask, &mut device, now).await.expect("proven");
            assert_eq!((proven.person(), proven.passkey(), proven.how()), (person, enrolled.passkey(), how));
            assert_eq!(proven.at(), now);
            let opened = house.open(Opening::proven(proven), None, now + SECOND).await;
            let who = house
                .current(Kind::CONSOLE, &opened.token, now + SECOND)
                .await
                .signed_in()
                .expect("signed in");
            assert_eq!((who.person(), who.method(), who.verified_at()), (person, how, Some(now)));
        }
        let read = house.store.read().await.expect("a snapshot");
        let kept = passkeys::list(&read, person).await.expect("listed");
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].last_used_at, kept[0].passkey.sign_count().get()), (Some(at(60)), 3));
        let kinds = house.kinds().await;
        assert_eq!(kinds[2..4], ["passkey.used", "session.opened"]);
        assert_eq!(kinds.len(), 8, "{kinds:?}");
        let used = &house.events().await[0];
        assert_eq!(used.subject, Some(person.to_string()));
        assert!(used.trace.is_some() && used.source.as_deref() == Some("203.0.113.7"));
    })
    .await;
}

#[tokio::test]
async fn the_phone_is_asked_for_by_a_hint() {
    on_each_engine(async |house| {
        let options = house.begin(Ask::Phone, &sign_in(1), at(0)).await;
        assert!(options.contains(r#""hints":["hybrid"]"#), "{options}");
        assert!(options.contains(r#""userVerification":"required""#), "{options}");
        let mut device = Authenticator::synced();
        house.enrol(house.person(), &mut device, at(0)).await;
        let answer = device.authenticate(ORIGIN, &options);
        let proven = house.take(house.judge(&sign_in(1), &answer, at(1)).await, at(1)).await.expect("proven");
        assert_eq!(proven.how(), Method::Hybrid);
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_once() {
    on_each_engine(async |house| {
        let mut device = Authenticator::synced();
        house.enrol(house.person(), &mut device, at(0)).await;
        let options = house.begin(Ask::Prompt, &sign_in(1), at(0)).await;
        let answer = device.authenticate(ORIGIN, &options);
        // Both are judged before either is taken: two requests at once.
        let first = house.judge(&sign_in(1), &answer, at(1)).await;
        let second = house.judge(&sign_in(1), &answer, at(1)).await;
        assert!(first.refusal().is_none() && second.refusal().is_none());
        let (one, two) = tokio::join!(house.take(first, at(1)), house.take(second, at(1)));
        let (won, lost): (Vec<_>, Vec<_>) = [one, two].into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert_eq!(lost[0], Err(CeremonyRefusal::Taken.into()));
        // And later it is gone.
        let verdict = house.judge(&sign_in(1), &answer, at(2)).await;
        assert_eq!(house.take(verdict, at(2)).await, Err(CeremonyRefusal::Unknown.into()));
    })
    .await;
}

#[tokio::test]
async fn an_answer_belongs_to_one_place() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        house.enrol(house.person(), &mut device, at(0)).await;
        let own = Place { bound: b"41", ..sign_in(1) };
        let approve = Purpose::new("approve");
        let cases = [
            (Place { browser: browser(2), ..own }, at(1), CeremonyRefusal::OtherBrowser),
            (Place { purpose: approve, ..own }, at(1), CeremonyRefusal::OtherPurpose),
            (Place { bound: b"42", ..own }, at(1), CeremonyRefusal::OtherContext),
            (Place { bound: b"", ..own }, at(1), CeremonyRefusal::OtherContext),
            (own, at(300), CeremonyRefusal::Expired),
        ];
        let options = house.begin(Ask::Prompt, &own, at(0)).await;
        let answer = device.authenticate(ORIGIN, &options);
        for (place, now, refusal) in cases {
            let verdict = house.judge(&place, &answer, now).await;
            assert_eq!(house.take(verdict, now).await, Err(refusal.into()), "{place:?}");
        }
        // None of these strangers has used it up.
        let verdict = house.judge(&own, &answer, at(299)).await;
        house.take(verdict, at(299)).await.expect("proven");
        assert!(
            !house.kinds().await.contains(&"door.refused".to_owned()),
            "strangers are counted, not written"
        );
    })
    .await;
}

#[tokio::test]
async fn a_ceremony_that_ends_while_it_is_judged_is_over() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        house.enrol(house.person(), &mut device, at(0)).await;
        let options = house.begin(Ask::Prompt, &sign_in(1), at(0)).await;
        let answer = device.authenticate(ORIGIN, &options);
        let verdict = house.judge(&sign_in(1), &answer, at(299)).await;
        assert_eq!(house.take(verdict, at(300)).await, Err(CeremonyRefusal::Taken.into()));
    })
    .await;
}

#[tokio::test]
async fn a_registration_is_no_sign_in_and_a_sign_in_no_registration() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        house.enrol(person, &mut device, at(0)).await;
        let same = Place { purpose: ENROL, ..sign_in(1) };
        let options = house.begin(Ask::Prompt, &same, at(0)).await;
        // The authenticator answers the request's challenge with a new credential.
        let creation = options.replace(
            r#"{"publicKey":{"#,
            r#"{"publicKey":{"rp":{"id":"idp.localhost"},"user":{"id":"AAAAAAAAAAAAAAAAAAAAAA"},"#,
        );
        let answer = device.register(ORIGIN, &creation);
        let verdict = house.judge_registration(&same, &answer, at(1)).await;
        assert_eq!(house.take_registration(verdict, at(1)).await, Err(CeremonyRefusal::OtherPurpose.into()));

        let mut other = Authenticator::new();
        house.enrol(house.person(), &mut other, at(0)).await;
        let invited = house.invite(person, at(0)).await;
        let options = house.begin_enrolment(&invited, &enrol(1), at(0)).await;
        let request = options.replace(r#"{"publicKey":{"#, r#"{"publicKey":{"rpId":"idp.localhost","#);
        let answer = other.authenticate(ORIGIN, &request);
        let verdict = house.judge(&enrol(1), &answer, at(1)).await;
        assert_eq!(house.take(verdict, at(1)).await, Err(CeremonyRefusal::OtherPurpose.into()));
    })
    .await;
}

#[tokio::test]
async fn a_count_that_goes_backwards_flags_the_passkey() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        let enrolled = house.enrol(person, &mut device, at(0)).await;
        house.prove(Ask::Prompt, &mut device, at(1)).await.expect("proven");
        house.prove(Ask::Prompt, &mut device, at(2)).await.expect("proven");
        let read = house.store.read().await.expect("a snapshot");
        let before = passkeys::find(&read, person, enrolled.passkey()).await.expect("found").expect("there");
        assert_eq!(before.flagged_at, None);
        drop(read);
        device.credentials[0].sign_count = 1; // a copy that was made earlier; it says 2 now
        let refusal = house.prove(Ask::Prompt, &mut device, at(3)).await;
        assert_eq!(refusal, Err(DoorRefusal::Copied(enrolled.passkey())));
        let read = house.store.read().await.expect("a snapshot");
        let after = passkeys::find(&read, person, enrolled.passkey()).await.expect("found").expect("there");
        assert_eq!((after.flagged_at, after.passkey.sign_count().get()), (Some(at(3)), 2));
        let event = &house.events().await[0];
        assert_eq!((event.kind.as_str(), &event.data["code"]), ("door.refused", &"passkey-copied".into()));
        assert_eq!(event.data["passkey"], enrolled.passkey().to_string());
    })
    .await;
}

#[tokio::test]
async fn of_two_answers_with_one_count_one_is_believed() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        let enrolled = house.enrol(house.person(), &mut device, at(0)).await;
        let mut verdicts = Vec::new();
        for _ in 0..2 {
            device.credentials[0].sign_count = 6;
            let options = house.begin(Ask::Prompt, &sign_in(1), at(0)).await;
            let answer = device.authenticate(ORIGIN, &options);
            verdicts.push(house.judge(&sign_in(1), &answer, at(1)).await);
        }
        let second = verdicts.pop().expect("two");
        let first = verdicts.pop().expect("two");
        let (one, two) = tokio::join!(house.take(first, at(1)), house.take(second, at(1)));
        let lost: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
        assert_eq!(lost, [DoorRefusal::Copied(enrolled.passkey())]);
    })
    .await;
}

#[tokio::test]
async fn what_the_authenticator_did_not_verify_is_refused() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        house.enrol(person, &mut device, at(0)).await;
        let forgeries = [
            (Forgery::flags(flag::USER_VERIFIED, 0), "user-not-verified"),
            (Forgery::rp_id("evil.example"), "wrong-rp-id"),
            (Forgery::client("origin", "https://evil.example"), "wrong-origin"),
            (Forgery::signature(|bytes| bytes[20] ^= 1), "signature-invalid"),
        ];
        for ((forgery, code), minute) in forgeries.into_iter().zip(1..) {
            let now = at(60 * minute);
            let options = house.begin(Ask::Prompt, &sign_in(1), now).await;
            let answer = device.authenticate_forged(ORIGIN, &options, &forgery);
            let verdict = house.judge(&sign_in(1), &answer, now).await;
            let refusal = house.take(verdict, now).await.expect_err(code);
            assert_eq!(refusal.code(), code);
            // The refusal has used the ceremony up, and is in the log with its reason and whom it is about.
            let again = device.authenticate(ORIGIN, &options);
            let verdict = house.judge(&sign_in(1), &again, now).await;
            assert_eq!(house.take(verdict, now).await, Err(CeremonyRefusal::Unknown.into()));
            let event = &house.events().await[0];
            assert_eq!((event.kind.as_str(), &event.data["code"]), ("door.refused", &code.into()));
            assert_eq!(event.subject, Some(person.to_string()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_revoked_or_foreign_passkey_proves_nobody() {
    on_each_engine(async |house| {
        let (person, mut device) = (house.person(), Authenticator::new());
        let passkey = house.enrol(person, &mut device, at(0)).await.passkey();
        let options = house.begin(Ask::Prompt, &sign_in(1), at(0)).await;
        let verdict = house.judge(&sign_in(1), &device.authenticate(ORIGIN, &options), at(1)).await;
        let tx = house.store.begin().await.expect("a transaction");
        let which = (person, passkey, Spare::NotRequired);
        let revoked = passkeys::revoke(&tx, &house.stranger(), which, at(1)).await.expect("an answer");
        assert_eq!(revoked, Ok(true));
        tx.commit().await.expect("committed");
        assert_eq!(house.take(verdict, at(1)).await, Err(DoorRefusal::Revoked(passkey)), "judged before");
        let refusal = house.prove(Ask::Prompt, &mut device, at(2)).await;
        assert_eq!(refusal, Err(DoorRefusal::Revoked(passkey)), "judged after");

        let mut foreign = Authenticator::new();
        foreign.register(
            ORIGIN,
            r#"{"publicKey":{"rp":{"id":"idp.localhost"},"user":{"id":"AQ"},"challenge":"AAAA"}}"#,
        );
        assert_eq!(house.prove(Ask::Prompt, &mut foreign, at(3)).await, Err(DoorRefusal::UnknownPasskey));
    })
    .await;
}

#[tokio::test]
async fn the_user_handle_is_the_owner() {
    on_each_engine(async |house| {
        let (mut device, mut other) = (Authenticator::new(), Authenticator::new());
        house.enrol(house.person(), &mut device, at(0)).await;
        house.enrol(house.person(), &mut other, at(0)).await;
        let theirs = other.credentials[0].user_handle.clone();
        device.credentials[0].user_handle = theirs;
        let refusal = house.prove(Ask::Prompt, &mut device, at(1)).await.expect_err("refused");
        assert_eq!(refusal.code(), "user-handle-mismatch");
    })
    .await;
}

#[tokio::test]
async fn rubbish_is_counted_as_junk() {
    on_each_engine(async |house| {
        for rubbish in ["", "{}", "[]", "null", r#"{"id":"AAAA"}"#, "\u{0}"] {
            let verdict = house.judge(&sign_in(1), rubbish, at(0)).await;
            assert!(house.take(verdict, at(0)).await.is_err(), "{rubbish:?}");
            let verdict = house.judge_registration(&enrol(1), rubbish, at(0)).await;
            assert!(house.take_registration(verdict, at(0)).await.is_err(), "{rubbish:?}");
        }
        assert_eq!(house.events().await.len(), 0, "no event until the minute is over");
    })
    .await;
}

#[tokio::test]
async fn one_source_has_so_many_ceremonies_and_no_more() {
    use console::door::begin_authentication;
    on_each_engine(async |house| {
        let actor = house.stranger();
        for _ in 0..40 {
            let drawn: Vec<_> = (0..50)
                .map(|_| house.door.ask_authentication(Ask::Autofill, &sign_in(1)).expect("asked"))
                .collect();
            let tx = house.store.begin().await.expect("a transaction");
            for asked in &drawn {
                begin_authentication(&tx, &actor, asked, at(0)).await.expect("stored").expect("room");
            }
            tx.commit().await.expect("committed");
        }
        let one_more = house.door.ask_authentication(Ask::Autofill, &sign_in(1)).expect("asked");
        let later = at(0) + SIX_MINUTES;
        for (now, room) in [(at(1), false), (later, true)] {
            let tx = house.store.begin().await.expect("a transaction");
            let begun = begin_authentication(&tx, &actor, &one_more, now).await.expect("an answer");
            assert_eq!(begun.is_ok(), room, "at {now}");
        }
    })
    .await;
}
