//! What is over goes away, what is not stays.

use console::door::{Ask, KeptProof, keep};
use console::invitations::{self, InvitationRefusal};
use console::sessions::{Found, Kind};
use jiff::SignedDuration;
use testkit::authenticator::Authenticator;

use crate::house::{at, on_each_engine, sign_in};

#[tokio::test]
async fn rows_go_when_they_have_nothing_more_to_say() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        let opened = house.signed_in(&mut device, at(0)).await;
        let invited = house.invite(opened.person, at(0)).await;
        let proven = house.prove(Ask::Prompt, &mut device, at(0)).await.expect("proven");
        house.begin(Ask::Prompt, &sign_in(1), at(0)).await;
        let tx = house.store.begin().await.expect("a transaction");
        keep(&tx, (KeptProof::draw(at(0), &*house.entropy), proven), b"", at(120)).await.expect("kept");
        tx.commit().await.expect("committed");

        let day = 86_400;
        let sweep = async |seconds| console::sweep(&house.store, at(seconds)).await.expect("swept");
        assert_eq!(sweep(119).await, 0);
        assert_eq!(sweep(299).await, 1, "the kept proof");
        assert_eq!(sweep(300).await, 1, "the ceremony");
        assert_eq!(sweep(2 * day).await, 0, "a session that is over says why");
        assert!(matches!(house.current(Kind::CONSOLE, &opened.token, at(2 * day)).await, Found::Over(_)));
        assert_eq!(sweep(8 * day).await, 1, "the session");
        assert!(matches!(house.current(Kind::CONSOLE, &opened.token, at(8 * day)).await, Found::Nobody));
        let read = house.store.read().await.expect("a snapshot");
        let over = invitations::look_up(&read, &invited.token, at(30 * day)).await.expect("looked up");
        assert_eq!(over.map(|_| ()), Err(InvitationRefusal::Expired));
        drop(read);
        assert_eq!(sweep(32 * day).await, 2, "the invitations");
        let late = at(32 * day) + SignedDuration::from_secs(1);
        assert_eq!(console::sweep(&house.store, late).await.expect("swept"), 0);
    })
    .await;
}
