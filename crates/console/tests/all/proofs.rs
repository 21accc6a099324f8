//! Proofs kept between two browsers.

use console::door::{Ask, KeptProof, Proven, keep, redeem};
use console::passkeys::PasskeyId;
use console::person::PersonId;
use console::sessions::{Kind, Method, Opening, demand_fresh};
use jiff::Timestamp;
use testkit::authenticator::Authenticator;

use crate::house::{House, at, on_each_engine};

async fn kept(house: &House, until: Timestamp) -> (KeptProof, (PersonId, PasskeyId)) {
    let mut phone = Authenticator::synced();
    house.enrol(house.person(), &mut phone, at(0)).await;
    let proven = house.prove(Ask::Prompt, &mut phone, at(1)).await.expect("proven");
    let who = (proven.person(), proven.passkey());
    let name = KeptProof::draw(at(1), &*house.entropy);
    let tx = house.store.begin().await.expect("a transaction");
    keep(&tx, (name, proven), b"desktop", until).await.expect("kept");
    tx.commit().await.expect("committed");
    (name, who)
}

async fn redeemed(house: &House, name: KeptProof, bound: &[u8], seconds: i64) -> Option<Proven> {
    let tx = house.store.begin().await.expect("a transaction");
    let proven = redeem(&tx, name, bound, at(seconds)).await.expect("an answer");
    tx.commit().await.expect("committed");
    proven
}

#[tokio::test]
async fn of_twenty_takers_one_gets_it() {
    on_each_engine(async |house| {
        let (name, who) = kept(house, at(300)).await;
        assert_eq!(redeemed(house, name, b"another desktop", 2).await, None);
        let takers = (0..20).map(|_| redeemed(house, name, b"desktop", 3));
        let taken: Vec<_> = futures_util::future::join_all(takers).await.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].person(), taken[0].passkey()), who);
        assert_eq!((taken[0].how(), taken[0].at()), (Method::Qr, at(1)));
    })
    .await;
}

#[tokio::test]
async fn it_has_an_end() {
    on_each_engine(async |house| {
        let (name, _) = kept(house, at(300)).await;
        assert_eq!(redeemed(house, name, b"desktop", 300).await, None);
        assert!(redeemed(house, name, b"desktop", 299).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_a_phone_proved_opens_a_session_that_is_never_fresh() {
    on_each_engine(async |house| {
        let (name, _) = kept(house, at(300)).await;
        let proven = redeemed(house, name, b"desktop", 2).await.expect("kept");
        let opened = house.open(Opening::proven(proven), None, at(2)).await;
        let who = house.current(Kind::CONSOLE, &opened.token, at(2)).await.signed_in().expect("signed in");
        assert_eq!((who.method(), who.authenticated_at(), who.verified_at()), (Method::Qr, at(1), None));
        assert!(demand_fresh(&who, at(2)).is_err());
    })
    .await;
}
