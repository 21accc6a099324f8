//! The QR sign-in from many sides at once: one gets it.

use futures_util::future::join_all;
use http::StatusCode;

use crate::house::{is_post_page, on_each_engine};
use crate::qr_parties::{
    Parties, click, credential, digits, others, phone_of, say_code, state, tab, try_open,
};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_completes_are_one_session() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        for round in 1..=5 {
            p.desktop.cookies.remove("__Host-idp-session");
            let (code, _) = p.approved().await;
            let named = p.desktop.visit(&format!("{}/qr", code.sign_in)).await;
            let mut tabs: Vec<_> = (0..20).map(|_| tab(&p.house, &p.desktop)).collect();
            let all = join_all(tabs.iter_mut().map(|tab| click(tab, &named))).await;
            assert!(all.iter().all(|reply| reply.status.is_redirection()), "{all:?}");
            let with: Vec<_> =
                tabs.iter().filter(|tab| tab.cookies.contains_key("__Host-idp-session")).collect();
            assert_eq!(with.len(), 1, "round {round}");
            assert_eq!(p.house.events_of("qr.completed").await.len(), round);
            let by_code = p.house.events_of("session.opened").await;
            assert_eq!(by_code.iter().filter(|event| event.data["method"] == "qr").count(), round);
            let post = p.desktop.visit(&code.sign_in).await;
            assert!(is_post_page(&post));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_phones_one_opens_the_code() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        for _ in 0..5 {
            let code = p.code().await;
            let mut phones: Vec<_> = (0..8).map(|_| p.house.browser()).collect();
            let all = join_all(phones.iter_mut().map(|phone| try_open(phone, &code.link))).await;
            let opened: Vec<_> = all.iter().filter(|reply| reply.status.is_redirection()).collect();
            assert_eq!(opened.len(), 1, "{all:?}");
            assert!(all.iter().filter(|r| !r.status.is_redirection()).all(|r| r.has_code("qr-used")));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_answers_to_the_digits_are_one_try() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        for _ in 0..5 {
            let code = p.code().await;
            let page = crate::qr_parties::open(&mut p.phone, &code.link).await;
            let right = digits(&mut p.desktop, &code).await;
            let wrong = others(&right);
            let csrf = p.phone.get(&page).await.csrf();
            let path = format!("{page}/digits");
            let mut tabs: Vec<_> = (0..10).map(|_| tab(&p.house, &p.phone)).collect();
            let typed = tabs.iter_mut().enumerate().map(async |(number, tab)| {
                let digits = if number == 4 { &right } else { &wrong };
                tab.post(&path, &[("csrf", &csrf), ("digits", digits)]).await
            });
            join_all(typed).await;
            // Whichever came first; there was one try, and one verdict.
            let verdicts = p.house.events_of("qr.digits_typed").await.len() + p.refusals().await.len();
            let begun = p.house.events_of("qr.opened").await.len();
            assert_eq!(verdicts, begun);
            let state = state(&mut p.desktop, &code).await;
            assert!(state["state"] == "typed" || say_code(&state) == "qr-wrong-digits", "{state}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_sent_ten_times_approves_once() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let (_, path) = p.typed().await;
        let page = p.phone.get(&path).await;
        let (finish, csrf, answer) = credential(&mut p.phone, &page).await;
        let mut tabs: Vec<_> = (0..10).map(|_| tab(&p.house, &p.phone)).collect();
        let all = join_all(tabs.iter_mut().map(|tab| tab.post_json(&finish, &csrf, &answer))).await;
        assert_eq!(all.iter().filter(|reply| reply.status == StatusCode::OK).count(), 1, "{all:?}");
        assert_eq!(p.house.events_of("qr.approved").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_asks_at_once_are_one_code() {
    on_each_engine(async |house| {
        let mut p = Parties::in_house(house).await;
        let sign_in = p.desktop.get(&p.sp.ask(&p.house).url).await.to().to_owned();
        let csrf = p.desktop.get(&sign_in).await.csrf();
        let path = format!("{sign_in}/qr");
        let mut tabs: Vec<_> = (0..10).map(|_| tab(&p.house, &p.desktop)).collect();
        let fields = [("csrf", csrf.as_str())];
        let all = join_all(tabs.iter_mut().map(|tab| tab.post(&path, &fields))).await;
        assert!(all.iter().all(|reply| reply.to() == path), "{all:?}");
        // At most one of them is live; its code opens.
        let shown = p.desktop.get(&path).await;
        let link = crate::qr_parties::link(shown.between("data-live-src=\"qr\" src=\"", "\""));
        let mut phone = phone_of(&p.house, &p.maya).await;
        assert!(try_open(&mut phone, &link).await.status.is_redirection());
    })
    .await;
}
