//! The console's pages of accounts, groups and products.

mod accounts;
mod administrators;
mod groups;
mod imports;
mod products;

use console::person::EmailAddress;
use org::model::{Account, AccountId, Role};

use crate::kit::{Answer, Browser, World, account};

/// An administrator's browser at a page, with its form token.
pub(super) struct At<'a> {
    pub(super) browser: &'a mut Browser,
    pub(super) csrf: String,
}

impl<'a> At<'a> {
    pub(super) async fn new(browser: &'a mut Browser) -> Self {
        let csrf = browser.get("/admin/acme/accounts").await.csrf();
        Self { browser, csrf }
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.browser.get(path).await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.browser.post(path, &all).await
    }
}

/// A member of Acme.
pub(super) async fn member(world: &World, address: &str) -> AccountId {
    account(&world.org, &world.acme.organization, (address, Role::Member)).await
}

pub(super) async fn by_address(world: &World, address: &str) -> Account {
    let address = EmailAddress::parse(address).unwrap();
    world.org.find_account(&address).await.unwrap().unwrap()
}

/// What a page says for a hidden field.
pub(super) fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.body.split_once(&mark).unwrap_or_else(|| panic!("no {name}: {page:?}"));
    rest.split_once('"').unwrap().0
}
