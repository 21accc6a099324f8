//! Two nodes over one PostgreSQL, which are one origin to browsers: the desktop reaches one, the phone the other.

use testkit::browser::{Browser, Options};

use crate::nodes::{Deployment, Node};
use crate::phone::Hands;
use crate::proxy::Proxy;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_nodes_the_desktop_on_one_the_phone_on_the_other() {
    let Some(deployment) = Deployment::on_postgres().await else { return };
    let (_first, another) = (deployment.first_node(""), deployment.another_node());
    let (hands, beside) = hands(&deployment, &another).await;
    hands.ask_for_code(&deployment.deep_link(), "maya@acme.example").await;

    watch(&hands.desktop).await;
    hands.scan().await;
    hands.desktop.wait_for_text("Type these digits on your phone").await;
    let typed = now(&hands.phone).await;
    hands.type_digits().await;
    hands.desktop.wait_for_text("Now confirm on your phone").await;
    let waited = heard(&hands.desktop, "typed").await - typed;
    assert!(waited < WOKEN, "the desktop's node was not woken: it looked by itself after {waited} ms");
    hands.confirm().await;

    hands.desktop.click_role("button", "Continue as Maya Okafor").await;
    hands.desktop.wait_for_text("Signed in as Maya").await;
    assert_eq!(hands.desktop.url().await.as_str(), deployment.deep_link());
    assert!(beside.requests() > 5, "the phone was on the other node: {}", beside.requests());
    hands.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_nodes_each_is_killed_in_turn_while_the_desktop_waits() {
    let Some(deployment) = Deployment::on_postgres().await else { return };
    let (mut first, mut another) = (deployment.first_node(""), deployment.another_node());
    let (hands, _beside) = hands(&deployment, &another).await;
    hands.ask_for_code(&deployment.deep_link(), "maya@acme.example").await;

    // The desktop's node dies under the code that it shows. The other one knows the code.
    first.kill();
    hands.scan().await;
    first.restart();
    hands.desktop.wait_for_text("Type these digits on your phone").await;
    hands.type_digits().await;
    hands.phone.wait_for_text("Confirm it’s you").await;

    // The phone's node dies. The desktop goes on waiting, and the phone goes on when it is back.
    another.kill();
    hands.desktop.wait_for_text("Now confirm on your phone").await;
    another.restart();
    hands.confirm().await;
    hands.desktop.click_role("button", "Continue as Maya Okafor").await;
    hands.desktop.wait_for_text("Signed in as Maya").await;
    assert_eq!(hands.desktop.url().await.as_str(), deployment.deep_link());
    hands.quit().await;
}

/// The desktop finds the first node where the public URL says; the phone's resolver says the other.
async fn hands(deployment: &Deployment, another: &Node) -> (Hands, Proxy) {
    let beside = Proxy::to(another.idp_port()).await;
    let phone = Options::phone().map_host(&deployment.idp_host(), &beside.address());
    let [_, enrolment] = deployment.enrolment();
    (Hands::start(Options::desktop(), phone, enrolment).await, beside)
}

/// Notes when the waiting page hears of which state.
async fn watch(desktop: &Browser) {
    let script = "const place = document.querySelector('[data-live]'); window.heard = {}; \
        new MutationObserver(() => { window.heard[place.dataset.liveState] ??= Date.now(); }) \
            .observe(place, { attributes: true });";
    desktop.script(script, Vec::new()).await;
}

async fn heard(desktop: &Browser, state: &str) -> f64 {
    let at = desktop.script("return window.heard[arguments[0]]", vec![state.into()]).await;
    at.as_f64().unwrap()
}

async fn now(browser: &Browser) -> f64 {
    browser.script("return Date.now()", Vec::new()).await.as_f64().unwrap()
}

/// A page that nobody wakes looks five seconds after its last news, which came a moment before the digits were typed.
const WOKEN: f64 = 2500.0;
