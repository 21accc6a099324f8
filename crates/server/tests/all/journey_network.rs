//! A browser that nobody knows, on another network than the phone: what a declared proxy says of networks counts, and
//! what anybody else says does not.

use testkit::browser::Options;

use crate::nodes::Deployment;
use crate::proxy::{Place, Proxy};
use crate::two_screens::Screens;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_network_another_one_is_refused_and_the_same_one_passes() {
    let deployment = Deployment::on_sqlite().await;
    let node = deployment.first_node(PROXY);
    let (desk, pocket) = (Proxy::at(node.idp_port(), OFFICE).await, Proxy::at(node.idp_port(), MOBILE).await);
    let it = screens(&deployment, (&desk, &pocket)).await;
    let code = it.code().await;

    it.open(&code).await;
    it.phone.wait_for_text("203.0.113.7").await;
    it.phone.wait_for_text("Another network").await;
    confirm(&it).await;
    it.phone.wait_for_text("somebody tried to trick you").await;
    it.desktop.wait_for_text("your phone is on another network").await;
    it.desktop.wait_for_text("qr-another-network").await;
    assert!(!it.desktop.has("form[data-autopost]").await, "nothing is issued");

    // The page says what helps: the phone joins the office's network.
    pocket.moves(OFFICE);
    let code = it.new_code().await;
    it.open(&code).await;
    it.phone.wait_for_text("Same as this phone").await;
    confirm(&it).await;
    it.home_as_maya(&deployment.deep_link()).await;
    it.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_network_nobody_says_his_own_but_a_declared_proxy() {
    let deployment = Deployment::on_sqlite().await;
    let node = deployment.first_node(PROXY);
    // Somebody far away claims the network of the phone, through no proxy of ours.
    let desk = Proxy::at(node.idp_port(), LIAR).await;
    let pocket = Proxy::at(node.idp_port(), OFFICE).await;
    let it = screens(&deployment, (&desk, &pocket)).await;
    let code = it.code().await;

    it.open(&code).await;
    it.phone.wait_for_text("127.0.0.3").await;
    it.phone.wait_for_text("Another network").await;
    confirm(&it).await;
    it.desktop.wait_for_text("your phone is on another network").await;

    // A phone that comes from where the liar really is shares its network.
    pocket.moves(NEAR);
    let code = it.new_code().await;
    it.open(&code).await;
    it.phone.wait_for_text("127.0.0.3").await;
    it.phone.wait_for_text("Same as this phone").await;
    confirm(&it).await;
    it.home_as_maya(&deployment.deep_link()).await;
    it.close().await;
}

/// Each reaches the identity provider through a proxy of its own.
async fn screens(deployment: &Deployment, (desk, pocket): (&Proxy, &Proxy)) -> Screens {
    let host = deployment.idp_host();
    let desktop = Options::desktop().map_host(&host, &desk.address());
    let phone = Options::phone().map_host(&host, &pocket.address());
    let [_, enrolment] = deployment.enrolment();
    Screens::start([desktop, phone], **deployment, enrolment).await
}

/// From what the phone shows of the desktop to the biometric.
async fn confirm(it: &Screens) {
    let digits = it.digits().await;
    it.type_digits(&digits).await;
    it.confirm().await;
}

/// The one proxy that the configuration declares.
const PROXY: &str = "[proxy]\ntrusted = [\"127.0.0.2\"]\n";

const OFFICE: Place = ([127, 0, 0, 2], Some("203.0.113.7"));
const MOBILE: Place = ([127, 0, 0, 2], Some("198.51.100.9"));
const LIAR: Place = ([127, 0, 0, 3], Some("203.0.113.7"));
const NEAR: Place = ([127, 0, 0, 1], None);
