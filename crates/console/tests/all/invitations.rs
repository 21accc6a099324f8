//! Links: looking changes nothing, and each tells why it is over.

use console::events::Actor;
use console::invitations::{self, Draft, InvitationRefusal, Lifetime, NewInvitation, Purpose};
use jiff::SignedDuration;
use testkit::authenticator::Authenticator;
use web::token::Token;

use crate::house::{House, ORIGIN, PHONE, at, enrol, on_each_engine};

async fn look_up(house: &House, token: &Token, seconds: i64) -> Result<(), InvitationRefusal> {
    let read = house.store.read().await.expect("a snapshot");
    invitations::look_up(&read, token, at(seconds)).await.expect("looked up").map(|_| ())
}

#[tokio::test]
async fn looking_changes_nothing() {
    on_each_engine(async |house| {
        let person = house.person();
        let invited = house.invite(person, at(0)).await;
        for _ in 0..3 {
            let read = house.store.read().await.expect("a snapshot");
            let open =
                invitations::look_up(&read, &invited.token, at(1)).await.expect("looked up").expect("open");
            assert_eq!((open.id(), open.person(), open.purpose()), (invited.id, person, "phone"));
            assert!(open.is_for(PHONE) && !open.is_for(Purpose::new("set-up")));
        }
        let options = house.begin_enrolment(&invited, &enrol(1), at(2)).await;
        assert_eq!(look_up(house, &invited.token, 3).await, Ok(()), "beginning does not use it up either");
        let answer = Authenticator::new().register(ORIGIN, &options);
        let verdict = house.judge_registration(&enrol(1), &answer, at(4)).await;
        house.take_registration(verdict, at(4)).await.expect("enrolled");
        assert_eq!(look_up(house, &invited.token, 5).await, Err(InvitationRefusal::Used));
    })
    .await;
}

#[tokio::test]
async fn each_end_has_its_name() {
    on_each_engine(async |house| {
        let person = house.person();
        let host = Actor::machine("test", house.entropy.clone());
        let first = house.invite(person, at(0)).await;
        let second = house.invite(person, at(1)).await;
        assert_eq!(
            look_up(house, &first.token, 2).await,
            Err(InvitationRefusal::Withdrawn),
            "one link at a time"
        );
        assert_eq!(look_up(house, &second.token, 86_400).await, Ok(()));
        assert_eq!(look_up(house, &second.token, 86_401).await, Err(InvitationRefusal::Expired));
        assert_eq!(look_up(house, &Token::new(&*house.entropy), 2).await, Err(InvitationRefusal::Unknown));

        // Another purpose is another link.
        let set_up = NewInvitation {
            person,
            purpose: Purpose::new("set-up"),
            lifetime: Lifetime::SET_UP,
            draft: Draft::draw(at(2), &*house.entropy),
        };
        let tx = house.store.begin().await.expect("a transaction");
        let third = invitations::invite(&tx, &host, set_up, at(2)).await.expect("invited");
        tx.commit().await.expect("committed");
        assert_eq!(third.expires_at, at(2) + SignedDuration::from_hours(1));
        assert_eq!(look_up(house, &second.token, 3).await, Ok(()));

        let read = house.store.read().await.expect("a snapshot");
        let open = invitations::list_open(&read, person, at(3)).await.expect("listed");
        assert_eq!(open.iter().map(|open| open.id()).collect::<Vec<_>>(), [third.id, second.id]);
        drop(read);
        let tx = house.store.begin().await.expect("a transaction");
        assert!(invitations::withdraw(&tx, &host, &open[0], at(4)).await.expect("withdrawn"));
        assert!(!invitations::withdraw(&tx, &host, &open[0], at(4)).await.expect("not twice"));
        let all = invitations::withdraw_all(&tx, &host, (person, PHONE), at(4)).await.expect("withdrawn");
        assert_eq!(all, 1);
        tx.commit().await.expect("committed");
        assert_eq!(look_up(house, &second.token, 5).await, Err(InvitationRefusal::Withdrawn));
        assert_eq!(look_up(house, &third.token, 5).await, Err(InvitationRefusal::Withdrawn));
    })
    .await;
}

#[tokio::test]
async fn the_token_is_nowhere_but_in_the_link() {
    on_each_engine(async |house| {
        let invited = house.invite(house.person(), at(0)).await;
        let token = invited.token.expose();
        assert!(!format!("{invited:?}").contains(&token));
        let log: String = house.events().await.iter().map(|event| event.data.to_string()).collect();
        assert!(log.contains(&invited.id.to_string()) && !log.contains(&token), "{log}");
    })
    .await;
}
