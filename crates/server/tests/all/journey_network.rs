//! A browser that nobody knows, on another network than the phone: what a declared proxy says of networks counts, and
//! what anybody else says does not.

use testkit::browser::Options;

use crate::nodes::Deployment;
use crate::phone::Hands;
use crate::proxy::{Place, Proxy};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_network_another_one_is_refused_and_the_same_one_passes() {
    let deployment = Deployment::on_sqlite().await;
    let node = deployment.first_node(PROXY);
    let (desk, pocket) = (Proxy::at(node.idp_port(), OFFICE).await, Proxy::at(node.idp_port(), MOBILE).await);
    let hands = hands(&deployment, (&desk, &pocket)).await;
    hands.ask_for_code(&deployment.deep_link(), "maya@acme.example").await;

    hands.scan().await;
    hands.phone.wait_for_text("203.0.113.7").await;
    hands.phone.wait_for_text("Another network").await;
    hands.type_digits().await;
    hands.confirm().await;
    hands.phone.wait_for_text("somebody tried to trick you").await;
    hands.desktop.wait_for_text("your phone is on another network").await;
    hands.desktop.wait_for_text("qr-another-network").await;
    assert!(!hands.desktop.has("form[data-autopost]").await, "nothing is issued");

    // The page says what helps: the phone joins the office's network.
    pocket.moves(OFFICE);
    hands.desktop.click_role("button", "Show a new code").await;
    hands.desktop.wait_for_text("The code renews itself").await;
    hands.scan().await;
    hands.phone.wait_for_text("Same as this phone").await;
    hands.type_digits().await;
    hands.confirm().await;
    hands.desktop.click_role("button", "Continue as Maya Okafor").await;
    hands.desktop.wait_for_text("Signed in as Maya").await;
    assert_eq!(hands.desktop.url().await.as_str(), deployment.deep_link());
    hands.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journey_network_nobody_says_his_own_but_a_declared_proxy() {
    let deployment = Deployment::on_sqlite().await;
    let node = deployment.first_node(PROXY);
    // Somebody far away claims the network of the phone, through no proxy of ours.
    let desk = Proxy::at(node.idp_port(), LIAR).await;
    let pocket = Proxy::at(node.idp_port(), OFFICE).await;
    let hands = hands(&deployment, (&desk, &pocket)).await;
    hands.ask_for_code(&deployment.deep_link(), "maya@acme.example").await;

    hands.scan().await;
    hands.phone.wait_for_text("127.0.0.3").await;
    hands.phone.wait_for_text("Another network").await;
    hands.type_digits().await;
    hands.confirm().await;
    hands.desktop.wait_for_text("your phone is on another network").await;

    // A phone that comes from where the liar really is shares its network.
    pocket.moves(NEAR);
    hands.desktop.click_role("button", "Show a new code").await;
    hands.desktop.wait_for_text("The code renews itself").await;
    hands.scan().await;
    hands.phone.wait_for_text("127.0.0.3").await;
    hands.phone.wait_for_text("Same as this phone").await;
    hands.type_digits().await;
    hands.confirm().await;
    hands.desktop.click_role("button", "Continue as Maya Okafor").await;
    hands.desktop.wait_for_text("Signed in as Maya").await;
    hands.quit().await;
}

async fn hands(deployment: &Deployment, (desk, pocket): (&Proxy, &Proxy)) -> Hands {
    let host = deployment.idp_host();
    let desktop = Options::desktop().map_host(&host, &desk.address());
    let phone = Options::phone().map_host(&host, &pocket.address());
    let [_, enrolment] = deployment.enrolment();
    Hands::start(desktop, phone, enrolment).await
}

/// The one proxy that the configuration declares.
const PROXY: &str = "[proxy]\ntrusted = [\"127.0.0.2\"]\n";

const OFFICE: Place = ([127, 0, 0, 2], Some("203.0.113.7"));
const MOBILE: Place = ([127, 0, 0, 2], Some("198.51.100.9"));
const LIAR: Place = ([127, 0, 0, 3], Some("203.0.113.7"));
const NEAR: Place = ([127, 0, 0, 1], None);
