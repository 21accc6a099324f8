//! Sealing by several at once, and by itself.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_sealers_and_writers_make_one_chain() {
    on_each_engine(async |store| {
        let key = master();
        let sealers = [(); 3].map(|()| Sealer::open(&store, "idp", &key, rng()));
        let sealers = futures_util::future::try_join_all(sealers).await.unwrap();
        let mut tasks = Vec::new();
        for writer in 0..4_u8 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..60_u8 {
                    let id = row_id(at(number.into()), [writer * 60 + number; 10]);
                    append(&store, &NewEvent::new(id, at(number.into()), "x")).await;
                }
            }));
        }
        for sealer in sealers.clone() {
            tasks.push(tokio::spawn(async move {
                for _ in 0..30 {
                    match sealer.finish(at(0), rng()).await {
                        // On a machine with too much to do.
                        Ok(()) | Err(LogError::Store(StoreError::Expired)) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        sealers[0].finish(at(1), rng()).await.unwrap();
        let export = export(&sealers[1], 2).await;
        let proof = verify(export.as_slice(), &sealers[2].public_key(), None).unwrap();
        assert_eq!(proof.events, 240);
        assert!(proof.checkpoints >= 1);
    })
    .await;
}

#[tokio::test]
async fn the_task_in_the_background_seals_by_itself() {
    on_each_engine(async |store| {
        let sealer = sealer(&store).await;
        append(&store, &event(1)).await;
        let running = tokio::spawn(async move { sealer.run(|| at(0), rng()).await });
        for _ in 0..200 {
            if all(&store).await[0].position == Some(1) {
                running.abort();
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("not sealed within four seconds");
    })
    .await;
}
