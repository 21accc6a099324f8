//! The last owner stays, also when two tasks take one each at the same moment.

use idp::acts::{self, Refusal, Word};
use idp::model::role::Role;
use idp::model::user::User;

use crate::house::{House, on_each_engine};

async fn owners(house: &House) -> usize {
    let mut count = 0;
    for address in ["olga@acme.example", "otto@acme.example"] {
        let email = console::person::EmailAddress::parse(address).expect("an address");
        let user = house.idp.find_user(&email).await.expect("reads").expect("there");
        count += usize::from(user.role == Some(Role::Owner) && user.is_active());
    }
    count
}

/// Lays the own role down.
async fn step_down(house: &House, user: &User) -> Result<(), Refusal> {
    let word = Word::person(house.actor().known_as(user.id), user.id);
    let tx = house.store.begin().await.expect("begins");
    let done = acts::users::grant_role(&tx, &word, (user.id, None), house.now()).await;
    acts::settle(tx, done).await.expect("written")
}

async fn suspend(house: &House, user: &User) -> Result<(), Refusal> {
    let tx = house.store.begin().await.expect("begins");
    let done = acts::users::suspend(&tx, &house.word(), user.id, house.now()).await;
    acts::settle(tx, done).await.expect("written")
}

#[tokio::test]
async fn the_last_owner_can_neither_go_nor_be_suspended() {
    on_each_engine(async |house| {
        let olga = house.user("Olga", Some(Role::Owner)).await;
        let otto = house.user("Otto", Some(Role::Owner)).await;
        assert_eq!(suspend(&house, &otto).await, Ok(()));
        assert_eq!(step_down(&house, &olga).await, Err(Refusal::LastOwner));
        assert_eq!(suspend(&house, &olga).await, Err(Refusal::LastOwner));
        assert_eq!(owners(&house).await, 1);
    })
    .await;
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_one_behind() {
    on_each_engine(async |house| {
        let olga = house.user("Olga", Some(Role::Owner)).await;
        let otto = house.user("Otto", Some(Role::Owner)).await;
        for round in 0..20 {
            let (first, second) = match round % 2 {
                0 => tokio::join!(step_down(&house, &olga), step_down(&house, &otto)),
                _ => tokio::join!(suspend(&house, &olga), step_down(&house, &otto)),
            };
            let left = [first, second];
            assert_eq!(left.iter().filter(|done| done.is_ok()).count(), 1, "{} {left:?}", house.engine);
            assert!(left.contains(&Err(Refusal::LastOwner)), "{} {left:?}", house.engine);
            assert_eq!(owners(&house).await, 1, "{}", house.engine);
            for user in [&olga, &otto] {
                let tx = house.store.begin().await.expect("begins");
                let owner = (user.id, Some(Role::Owner));
                let back = acts::users::grant_role(&tx, &house.word(), owner, house.now()).await;
                acts::settle(tx, back).await.expect("written").expect("an owner again");
                let tx = house.store.begin().await.expect("begins");
                let back = acts::users::readmit(&tx, &house.word(), user.id, house.now()).await;
                acts::settle(tx, back).await.expect("written").expect("active again");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn one_address_is_one_person_also_from_two_tasks() {
    on_each_engine(async |house| {
        let new = || idp::acts::users::NewUser {
            id: house.idp.draw_person(house.now()),
            email: console::person::EmailAddress::parse("Maya@acme.example").expect("an address"),
            first_name: console::person::DisplayName::parse("Maya").expect("a name"),
            last_name: console::person::DisplayName::parse("Okafor").expect("a name"),
            username: None,
            role: None,
        };
        let create = async || {
            let tx = house.store.begin().await.expect("begins");
            let done = acts::users::create_user(&tx, &house.word(), new(), house.now()).await;
            acts::settle(tx, done).await.expect("written").map(|user| user.email)
        };
        let (first, second) = tokio::join!(create(), create());
        assert_eq!([&first, &second].iter().filter(|done| done.is_ok()).count(), 1, "{}", house.engine);
        assert!([first, second].contains(&Err(Refusal::EmailTaken)), "{}", house.engine);
    })
    .await;
}
