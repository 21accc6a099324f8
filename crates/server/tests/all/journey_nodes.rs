//! Two nodes over one PostgreSQL, which are one origin to browsers: the desktop reaches one, the phone the other.

use testkit::browser::{Browser, Options};

use crate::nodes::{Deployment, Node};
use crate::proxy::Proxy;
use crate::two_screens::Screens;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_nodes_the_desktop_on_one_the_phone_on_the_other() {
    let Some(deployment) = Deployment::on_postgres().await else { return };
    let (_first, another) = (deployment.first_node(""), deployment.another_node());
    let (it, beside) = screens(&deployment, &another).await;
    let code = it.code().await;

    watch(&it.desktop).await;
    it.open(&code).await;
    let digits = it.digits().await;
    let typed = now(&it.phone).await;
    it.type_digits(&digits).await;
    it.desktop.wait_for_text("Now confirm on your phone").await;
    let waited = heard(&it.desktop, "typed").await - typed;
    assert!(waited < WOKEN, "the desktop's node was not woken: it looked by itself after {waited} ms");
    it.confirm().await;

    it.home_as_maya(&deployment.deep_link()).await;
    assert!(beside.requests() > 5, "the phone was on the other node: {}", beside.requests());
    it.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_nodes_each_is_killed_in_turn_while_the_desktop_waits() {
    let Some(deployment) = Deployment::on_postgres().await else { return };
    let (mut first, mut another) = (deployment.first_node(""), deployment.another_node());
    let (it, _beside) = screens(&deployment, &another).await;
    it.code().await;

    // The desktop's node dies under the code that it shows. The other one knows the code.
    first.kill();
    let code = it.read_code().await;
    it.open(&code).await;
    first.restart();
    let digits = it.digits().await;
    it.type_digits(&digits).await;
    it.phone.wait_for_text("Confirm it’s you").await;

    // The phone's node dies. The desktop goes on waiting, and the phone goes on when it is back.
    another.kill();
    it.desktop.wait_for_text("Now confirm on your phone").await;
    another.restart();
    it.confirm().await;
    it.home_as_maya(&deployment.deep_link()).await;
    it.close().await;
}

/// The desktop finds the first node where the public URL says; the phone's resolver says the other.
async fn screens(deployment: &Deployment, another: &Node) -> (Screens, Proxy) {
    let beside = Proxy::to(another.idp_port()).await;
    let phone = Options::phone().map_host(&deployment.idp_host(), &beside.address());
    let [_, enrolment] = deployment.enrolment();
    (Screens::start([Options::desktop(), phone], **deployment, enrolment).await, beside)
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
