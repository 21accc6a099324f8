//! What stands beside the chain: personal values, and junk until it is counted.

use super::*;

#[tokio::test]
async fn a_person_is_erased_and_the_chain_stays_whole() {
    on_each_engine(async |store| {
        let key = master();
        let sealer = Sealer::open(&store, "idp", &key, rng()).await.unwrap();
        for (number, person) in [(1, "u-1"), (2, "u-1"), (3, "u-2")] {
            let values = json!({ "email": format!("{person}@example.org") });
            let read = store.read().await.unwrap();
            let personal = Personal::seal(&read, &key, rng(), person, &values).await;
            drop(read);
            let personal = Some(personal.unwrap());
            append(&store, &NewEvent { personal, ..event(number) }).await;
        }
        sealer.finish(at(10), rng()).await.unwrap();
        let opened = async |number: u8| {
            let read = store.read().await.unwrap();
            events::open_personal(&read, &key, event(number).id).await.unwrap()
        };
        assert_eq!(opened(2).await.unwrap()["email"], "u-1@example.org");
        assert_eq!(opened(3).await.unwrap()["email"], "u-2@example.org");
        assert!(opened(4).await.is_none());
        assert!(all(&store).await.iter().all(|event| event.has_personal));
        let before = export(&sealer, 20).await;
        assert!(!String::from_utf8_lossy(&before).contains("example.org"));

        let tx = store.begin().await.unwrap();
        events::erase(&tx, "u-1").await.unwrap();
        tx.commit().await.unwrap();
        assert!(opened(1).await.is_none() && opened(2).await.is_none());
        assert_eq!(opened(3).await.unwrap()["email"], "u-2@example.org");
        assert_eq!(export(&sealer, 20).await, before);
        assert!(verify(before.as_slice(), &sealer.public_key(), None).is_ok());
    })
    .await;
}

#[tokio::test]
async fn personal_values_are_bound_to_their_event() {
    store::statements! {
        EXCHANGE = "update event_personal set sealed = (
            select sealed from event_personal where event = $2) where event = $1";
    }
    on_each_engine(async |store| {
        let key = master();
        for number in [1, 2] {
            let read = store.read().await.unwrap();
            let values = json!({ "number": number });
            let personal = Personal::seal(&read, &key, rng(), "u-1", &values).await;
            drop(read);
            let personal = Some(personal.unwrap());
            append(&store, &NewEvent { personal, ..event(number) }).await;
        }
        let tx = store.begin().await.unwrap();
        tx.execute(EXCHANGE, [event(1).id.into(), event(2).id.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let read = store.read().await.unwrap();
        let opened = events::open_personal(&read, &key, event(1).id).await;
        assert!(opened.is_err());
    })
    .await;
}

#[tokio::test]
async fn junk_is_one_event_per_source_code_and_minute() {
    on_each_engine(async |store| {
        let sealer = sealer(&store).await;
        let count = async |source: &str, code: &'static str, second: i64| {
            let tx = store.begin().await.unwrap();
            let junk = Junk { source, code, at: at(second), example: json!({ "second": second }) };
            events::count_junk(&tx, &junk).await.unwrap();
            tx.commit().await.unwrap();
        };
        for second in [0, 1, 59] {
            count("192.0.2.0/24", "saml.unknown", second).await;
        }
        count("192.0.2.0/24", "saml.malformed", 2).await;
        count("2001:db8::/64", "saml.unknown", 3).await;
        count("192.0.2.0/24", "saml.unknown", 61).await;

        sealer.seal(at(59), rng()).await.unwrap();
        assert!(all(&store).await.is_empty(), "the minute is not over");
        sealer.seal(at(60), rng()).await.unwrap();
        let mut settled: Vec<_> = all(&store)
            .await
            .into_iter()
            .map(|event| (event.kind, event.source.unwrap(), event.data))
            .collect();
        settled.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        assert_eq!(settled.len(), 3);
        let unknown = &settled[1];
        assert_eq!((unknown.0.as_str(), unknown.1.as_str()), ("saml.unknown", "192.0.2.0/24"));
        assert_eq!(unknown.2, json!({ "count": 3, "example": { "second": 0 } }));

        sealer.seal(at(120), rng()).await.unwrap();
        assert_eq!(all(&store).await.len(), 4);
        let export = export(&sealer, 121).await;
        assert_eq!(verify(export.as_slice(), &sealer.public_key(), None).unwrap().events, 4);
    })
    .await;
}
