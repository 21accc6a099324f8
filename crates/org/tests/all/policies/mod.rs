//! The console's pages of authentication policies: who may, what bad input
//! gets, who is told, and what they do.

mod endings;
mod enforcing;
mod groups;
mod imports;
mod list;
mod members;
mod rights;
mod roll_out;
mod settings;

use org::model::PolicyId;

use crate::admin::version;
use crate::kit::{Answer, Browser, World};

/// The address of a policy's page.
fn at(policy: PolicyId) -> String {
    format!("/admin/acme/policies/{policy}")
}

/// Posts a form of a page with its token and its version.
async fn post(browser: &mut Browser, page: &str, below: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page).await;
    let (csrf, version) = (shown.csrf(), version(&shown.body).to_owned());
    let mut all = vec![("csrf", csrf.as_str()), ("version", version.as_str())];
    all.extend_from_slice(fields);
    browser.post(&format!("{page}{below}"), &all).await
}

/// The same over an older version.
async fn post_stale(browser: &mut Browser, page: &str, below: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(page).await.csrf();
    let mut all = vec![("csrf", csrf.as_str()), ("version", "0")];
    all.extend_from_slice(fields);
    browser.post(&format!("{page}{below}"), &all).await
}

#[track_caller]
fn says(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(answer.body.contains(text), "{text}: {answer:?}");
    }
}

#[track_caller]
fn never_says(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(!answer.body.contains(text), "{text}: {answer:?}");
    }
}

/// Which policy an account has.
async fn policy_of(world: &World, address: &str) -> PolicyId {
    let address = console::person::EmailAddress::parse(address).unwrap();
    let account = world.org.find_account(&address).await.unwrap().unwrap();
    let read = world.org.store().read().await.unwrap();
    org::acts::policies::of_account(&read, account.id).await.unwrap().unwrap().id
}

const STALE: &str = "Somebody else changed this meanwhile";
