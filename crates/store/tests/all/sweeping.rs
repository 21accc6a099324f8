//! Expired rows go, others stay.

use futures_util::future::try_join_all;
use store::sweep;

use crate::support::*;

store::statements! {
    DELETE_BEFORE = "delete from person where id in (
        select id from person where id < $1 order by id limit $2)";
}

#[tokio::test]
async fn more_than_one_piece_is_swept() {
    on_each_engine(async |store| {
        let keep = at(0).as_microsecond();
        let pieces = i64::from(sweep::PIECE) * 2 + 7;
        // Several transactions, to stay within one turn on a slow machine.
        for chunk in (0..pieces).collect::<Vec<_>>().chunks(100) {
            let tx = store.begin().await.unwrap();
            let inserts = chunk.iter().map(|id| tx.execute(INSERT, [(*id).into(), id.to_string().into()]));
            try_join_all(inserts).await.unwrap();
            tx.commit().await.unwrap();
        }
        insert(&store, keep).await.unwrap();
        let swept = sweep::expired(&store, DELETE_BEFORE, at(0)).await.unwrap();
        assert_eq!(swept, pieces as u64);
        assert_eq!(ids(&store).await, [keep]);
        assert_eq!(sweep::expired(&store, DELETE_BEFORE, at(0)).await.unwrap(), 0);
    })
    .await;
}
