//! Sessions from their opening to each of their ends.

use console::door::Ask;
use console::sessions::{self, Found, FreshToken, Kind, NotYou, Opening, SignedIn, State, demand_fresh};
use testkit::authenticator::Authenticator;
use web::token::Token;

use crate::house::{House, at, on_each_engine};

async fn signed_in(house: &House, token: &Token, seconds: i64) -> Option<SignedIn> {
    house.current(Kind::CONSOLE, token, at(seconds)).await.signed_in()
}

async fn touch(house: &House, who: &SignedIn, seconds: i64) {
    let tx = house.store.begin().await.expect("a transaction");
    sessions::touch(&tx, who, at(seconds)).await.expect("touched");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_session_is_found_by_its_token_and_kind_alone() {
    on_each_engine(async |house| {
        let opened = house.signed_in(&mut Authenticator::new(), at(0)).await;
        let who = signed_in(house, &opened.token, 1).await.expect("signed in");
        assert_eq!((who.session(), who.person()), (opened.session, opened.person));
        assert!(matches!(house.current(Kind::PERSON, &opened.token, at(1)).await, Found::Nobody));
        let other = Token::new(&*house.entropy);
        assert!(matches!(house.current(Kind::CONSOLE, &other, at(1)).await, Found::Nobody));
        let read = house.store.read().await.expect("a snapshot");
        let none = sessions::current(&read, Kind::CONSOLE, None, at(1)).await.expect("an answer");
        assert!(matches!(none, Found::Nobody));
    })
    .await;
}

#[tokio::test]
async fn use_prolongs_a_session_up_to_its_absolute_end() {
    on_each_engine(async |house| {
        let opened = house.signed_in(&mut Authenticator::new(), at(0)).await;
        let over = async |seconds| match house.current(Kind::CONSOLE, &opened.token, at(seconds)).await {
            Found::Over(state) => state,
            other => panic!("{other:?} at {seconds}"),
        };
        assert_eq!(over(900).await, State::Idle);
        let mut seconds = 0;
        while seconds < 12 * 3_600 - 800 {
            seconds += 800;
            let who = signed_in(house, &opened.token, seconds).await.expect("in use");
            assert!(who.touch_due(at(seconds)));
            touch(house, &who, seconds).await;
        }
        assert!(signed_in(house, &opened.token, 12 * 3_600 - 1).await.is_some());
        assert_eq!(over(12 * 3_600).await, State::Expired);
    })
    .await;
}

#[tokio::test]
async fn use_is_written_once_a_minute() {
    on_each_engine(async |house| {
        let opened = house.signed_in(&mut Authenticator::new(), at(0)).await;
        let who = signed_in(house, &opened.token, 60).await.expect("signed in");
        assert!(!who.touch_due(at(59)) && who.touch_due(at(60)));
        let found = sessions::visit(&house.store, Kind::CONSOLE, Some(&opened.token), at(60)).await;
        assert!(found.expect("found").signed_in().is_some());
        touch(house, &who, 61).await; // a second request that thought it was due
        let read = house.store.read().await.expect("a snapshot");
        let listed = sessions::list(&read, opened.person, at(61)).await.expect("listed");
        assert_eq!(listed[0].last_seen_at, at(60));
    })
    .await;
}

#[tokio::test]
async fn sign_in_gives_a_new_token_and_ends_what_the_browser_had() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        let first = house.signed_in(&mut device, at(0)).await;
        let proven = house.prove(Ask::Prompt, &mut device, at(10)).await.expect("proven");
        let second = house.open(Opening::proven(proven), Some(&first.token), at(10)).await;
        assert_ne!(first.token, second.token);
        assert!(matches!(
            house.current(Kind::CONSOLE, &first.token, at(11)).await,
            Found::Over(State::Ended)
        ));
        assert!(signed_in(house, &second.token, 11).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_one_session_and_all_means_all() {
    on_each_engine(async |house| {
        let mut device = Authenticator::new();
        let first = house.signed_in(&mut device, at(0)).await;
        let mut open = async || {
            let proven = house.prove(Ask::Prompt, &mut device, at(1)).await.expect("proven");
            house.open(Opening::proven(proven), None, at(1)).await
        };
        let (second, third) = (open().await, open().await);
        let other = house.signed_in(&mut Authenticator::new(), at(0)).await;
        let who = signed_in(house, &first.token, 2).await.expect("signed in");
        let actor = house.stranger().known_as(first.person);
        let tx = house.store.begin().await.expect("a transaction");
        sessions::end(&tx, &actor, &who, at(2)).await.expect("ended");
        let theirs = (first.person, other.session);
        assert!(!sessions::end_one(&tx, &actor, theirs, at(2)).await.expect("an answer"), "another person's");
        tx.commit().await.expect("committed");
        for (token, live) in
            [(&first.token, false), (&second.token, true), (&third.token, true), (&other.token, true)]
        {
            assert_eq!(signed_in(house, token, 3).await.is_some(), live);
        }
        let tx = house.store.begin().await.expect("a transaction");
        assert_eq!(sessions::end_all(&tx, &actor, first.person, at(3)).await.expect("ended"), 2);
        tx.commit().await.expect("committed");
        for (token, live) in [(&second.token, false), (&third.token, false), (&other.token, true)] {
            assert_eq!(signed_in(house, token, 4).await.is_some(), live);
        }
        let read = house.store.read().await.expect("a snapshot");
        assert!(sessions::list(&read, first.person, at(4)).await.expect("listed").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_step_up_is_the_persons_own_and_changes_the_token() {
    on_each_engine(async |house| {
        let (mut device, mut foreign) = (Authenticator::new(), Authenticator::new());
        let opened = house.signed_in(&mut device, at(0)).await;
        house.signed_in(&mut foreign, at(0)).await;
        let who = signed_in(house, &opened.token, 600).await.expect("signed in");
        assert!(demand_fresh(&who, at(600)).is_err());
        let step_up = async |device: &mut Authenticator| {
            let proof = house.prove(Ask::Prompt, device, at(600)).await.expect("proven");
            let fresh = FreshToken::draw(at(600), &*house.entropy);
            let tx = house.store.begin().await.expect("a transaction");
            let done = sessions::step_up(&tx, &house.stranger(), (&who, proof, fresh), at(600)).await;
            tx.commit().await.expect("committed");
            done.expect("an answer")
        };
        assert_eq!(step_up(&mut foreign).await.map(|_| ()), Err(NotYou));
        assert!(signed_in(house, &opened.token, 601).await.is_some(), "nothing changed");
        let renewed = step_up(&mut device).await.expect("stepped up");
        assert_eq!(renewed.session, opened.session);
        assert!(signed_in(house, &opened.token, 601).await.is_none(), "the old token is no token");
        let who = signed_in(house, &renewed.token, 601).await.expect("signed in");
        assert_eq!(demand_fresh(&who, at(900)).expect("fresh").person(), opened.person);
        assert!(demand_fresh(&who, at(901)).is_err());
        assert_eq!(who.opened_at(), at(0));
    })
    .await;
}
