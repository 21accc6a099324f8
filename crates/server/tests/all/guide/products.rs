//! A product that is added in the console and runs beside it.

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use server::demo::products;
use server::listen::Listener;
use tokio::task::JoinHandle;

use super::organization::Administrator;
use crate::addresses::Addresses;

/// A product that runs. Dropping it ends it.
pub(crate) struct Shop(JoinHandle<()>);

impl Drop for Shop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Administrator {
    /// *Add product*; what it shows then is all that the product is told.
    pub(crate) async fn add_jira(&self, at: Addresses) -> Shop {
        let product = at.product("jira");
        self.open("/products/new").await;
        self.browser.fill("#name", "Jira").await;
        self.browser.fill("#url", &format!("{product}/")).await;
        self.browser.fill("#redirect_uris", &format!("{product}/callback")).await;
        self.browser.click("main form button[type=submit]").await;
        self.confirm().await;
        let registered = json!([{
            "name": "Jira",
            "kind": "jira",
            "at": product,
            "start": at.deep_link(),
            "redirect_uri": format!("{product}/callback"),
            "issuer": self.value("#issuer").await,
            "client_id": self.value("#client-id").await,
            "client_secret": self.value("#client-secret").await,
        }]);
        Shop::open(&registered, at)
    }

    /// *Add an account*, for somebody who is to be there before anybody is forced.
    pub(crate) async fn add_account(&self, address: &str) {
        self.open("/accounts/new").await;
        self.browser.fill("#address", address).await;
        self.browser.click("main form button[type=submit]").await;
        self.confirm().await;
        self.browser.wait_for_text(address).await;
    }
}

impl Shop {
    fn open(registered: &serde_json::Value, at: Addresses) -> Self {
        let registered: Vec<products::Registered> = serde_json::from_value(registered.clone()).unwrap();
        let router = products::router(&registered, &at.org().parse().unwrap()).unwrap();
        let [_, _, port] = at.0;
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap();
        let serving = async move { listener.serve(router, axum_server::Handle::new()).await.unwrap() };
        Self(tokio::spawn(serving))
    }
}
