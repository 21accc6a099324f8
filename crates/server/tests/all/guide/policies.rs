//! The organisation's administrator at the authentication policies.

use super::organization::Administrator;
use super::people::{Person, Provider};

impl Administrator {
    /// *Add policy*, in the directory of an identity provider: the path of its page.
    pub(crate) async fn add_policy(&self, name: &str, directory: &str) -> String {
        self.open("/policies").await;
        self.browser.fill("#name", name).await;
        for option in self.browser.find_all("#directory option").await {
            if option.text().await.unwrap() == directory {
                option.click().await.unwrap();
            }
        }
        self.press("Add policy").await;
        self.policy(name).await
    }

    /// The path of a policy, from the list.
    pub(crate) async fn policy(&self, name: &str) -> String {
        self.open("/policies").await;
        self.browser.click_role("link", &format!("Edit {name}")).await;
        let at = self.browser.wait_for_url("the policy", |url| is_policy(url.path())).await;
        at.path().strip_prefix("/admin/main").unwrap().to_owned()
    }

    /// The path of the default policy of a directory: the first of its list.
    pub(crate) async fn default_policy(&self, directory: &str) -> String {
        self.open("/policies").await;
        self.browser.wait_for_text(directory).await;
        let found = "const of = s => s.querySelector('h2')?.textContent.trim() === arguments[0];
            const section = [...document.querySelectorAll('section')].find(of);
            return section.querySelector('tbody th a').getAttribute('href')";
        let path = self.browser.script(found, vec![directory.into()]).await;
        path.as_str().unwrap().strip_prefix("/admin/main").unwrap().to_owned()
    }

    /// Offers single sign-on beside the passkeys kept at the organisation.
    pub(crate) async fn offer(&self, policy: &str) {
        self.open(policy).await;
        self.browser.click("#offered").await;
        self.press("Update").await;
        self.browser.wait_for_text("Saved.").await;
    }

    /// *Add members* by address.
    pub(crate) async fn add_members(&self, policy: &str, people: &[&Person]) {
        self.open(&format!("{policy}/members")).await;
        let addresses: Vec<_> = people.iter().map(|person| person.address).collect();
        self.browser.fill("#addresses", &addresses.join(", ")).await;
        self.press("Add members").await;
        self.browser.wait_for_text(&format!("Added: {}", people.len())).await;
    }

    /// *Move everybody* to where groups and the default policy put them.
    pub(crate) async fn move_everybody(&self, policy: &str) {
        self.open(&format!("{policy}/members")).await;
        self.browser.click("#all-to option:last-child").await;
        self.browser.click("form.actions:has([name=everybody]) button").await;
        self.confirm().await;
        self.browser.wait_for_text("Moved: ").await;
    }

    /// A test sign-in: this browser goes to the identity provider and comes back with a verdict on somebody.
    pub(crate) async fn test(&mut self, policy: &str, provider: &mut impl Provider, person: &mut Person) {
        provider.forget(&self.browser).await;
        provider.expect(person).await;
        self.open(&format!("{policy}/test")).await;
        self.press("Begin a test sign-in").await;
        provider.prove_at(&mut self.browser, person).await;
        self.browser.wait_for_text("Nobody was signed in, and no account was changed").await;
    }

    /// *Enforce single sign-on*, once everything it needs is there.
    pub(crate) async fn enforce(&self, policy: &str) {
        self.open(&format!("{policy}/enforce")).await;
        assert!(!self.browser.has(".evidence .missing").await, "{}", self.browser.text().await);
        self.press("Enforce single sign-on").await;
        self.browser.wait_for_text("Single sign-on is enforced on probation").await;
    }

    /// What enforcing still asks for.
    pub(crate) async fn missing(&self, policy: &str) -> usize {
        self.open(&format!("{policy}/enforce")).await;
        self.browser.wait_for_text("What it needs").await;
        self.browser.find_all(".evidence .missing").await.len()
    }

    /// *Keep it*, after somebody has come in.
    pub(crate) async fn keep(&self, policy: &str) {
        self.open(&format!("{policy}/probation")).await;
        self.press("Keep it").await;
        self.browser.wait_for_text("It was kept, so it does not return by itself").await;
    }
}

fn is_policy(path: &str) -> bool {
    path.strip_prefix("/admin/main/policies/").is_some_and(|id| uuid::Uuid::try_parse(id).is_ok())
}
