//! The guide itself, its seven steps in their order, from two empty ends; and the same with an identity provider that
//! others wrote.

use crate::guide::{Administrator, End, Kind, Ours, Person, Place, Provider, Theirs};
use crate::interop::Software;

#[tokio::test]
async fn journey_guide_in_seven_steps() {
    let place = Place::find().await;
    let mut people = people();
    let (provider, organization) = tokio::join!(Ours::with(&place, &mut people), set_up(&place));
    organization.follow(provider, people, &place).await.quit().await;
}

#[tokio::test]
async fn journey_guide_with_pysaml2() {
    with_others(Kind::Pysaml2).await;
}

#[tokio::test]
async fn journey_guide_with_simplesamlphp() {
    with_others(Kind::SimpleSamlPhp).await;
}

/// The same roll-out with an identity provider that others wrote in place of ours.
async fn with_others(kind: Kind) {
    let Some(software) = Software::installed() else {
        return;
    };
    let place = Place::find().await;
    let (provider, organization) = tokio::join!(Theirs::start(kind, software), set_up(&place));
    organization.follow(provider, people(), &place).await.quit().await;
}

/// In the test group; a member from before, in no group; and somebody whom the identity provider alone knows.
fn people() -> [Person; 3] {
    [
        Person::new(["Maya", "Okafor"], "maya@acme.example"),
        Person::new(["Noah", "Lind"], "noah@acme.example"),
        Person::new(["Ana", "Silva"], "ana@acme.example"),
    ]
}

/// Step 1: whoever sets the organisation up is the fallback administrator, on a domain that nobody can verify.
async fn set_up(place: &Place) -> Organization {
    let end = place.org();
    let administrator = Administrator::by_link(&end.set_up_link(), place.at.org()).await;
    administrator.verify_domain(&place.names).await;
    Organization { administrator, _end: end }
}

/// One that has a domain and nothing else.
struct Organization {
    administrator: Administrator,
    _end: End,
}

impl Organization {
    /// Steps 2 to 7.
    async fn follow<P: Provider>(mut self, mut provider: P, people: [Person; 3], place: &Place) -> P {
        let [mut maya, mut noah, mut ana] = people;
        for person in [&maya, &noah] {
            self.administrator.add_account(person.address).await;
        }
        let _jira = self.administrator.add_jira(place.at).await;
        let page = place.at.deep_link();

        self.join(&mut provider).await;
        for person in [&maya, &noah, &ana] {
            provider.is_not_sent_away(person, &page).await;
        }

        // Step 6. Offered to all, it makes nobody new; enforced for a test group, neither.
        let default = self.administrator.default_policy(DIRECTORY).await;
        self.administrator.offer(&default).await;
        self.is_refused(&mut provider, &mut ana, &page).await;
        let group = self.enforce_for_a_group(&mut provider, &mut maya, &page).await;
        self.is_refused(&mut provider, &mut ana, &page).await;
        self.gets_in_while_the_provider_is_down(&mut provider, &maya, &page).await;

        // Everybody: whoever is new is made by signing in.
        assert!(
            self.administrator.missing(&default).await > 0,
            "a test sign-in of the group proves nothing here"
        );
        self.administrator.test(&default, &mut provider, &mut noah).await;
        self.administrator.enforce(&default).await;
        provider.sign_in(&mut ana, &page).await;
        provider.are_at(&ana, &page).await;
        self.administrator.keep(&default).await;
        self.administrator.move_everybody(&group).await;

        // Step 7: a private window at the product's deep link.
        for person in [&mut noah, &mut maya] {
            provider.sign_in(person, &page).await;
            provider.are_at(person, &page).await;
        }
        self.administrator.browser.quit().await;
        provider
    }

    /// A policy of its own for somebody, tried, enforced on probation, used and kept.
    async fn enforce_for_a_group(
        &mut self,
        provider: &mut impl Provider,
        member: &mut Person,
        page: &str,
    ) -> String {
        let group = self.administrator.add_policy("Test group", DIRECTORY).await;
        self.administrator.add_members(&group, &[member]).await;
        assert!(self.administrator.missing(&group).await > 0, "nothing is enforced without a test sign-in");
        self.administrator.test(&group, provider, member).await;
        self.administrator.enforce(&group).await;
        provider.sign_in(member, page).await;
        provider.are_at(member, page).await;
        self.administrator.keep(&group).await;
        group
    }

    /// Just-in-time provisioning needs the default policy to enforce it, and says so.
    async fn is_refused(&self, provider: &mut impl Provider, stranger: &mut Person, page: &str) {
        provider.sign_in(stranger, page).await;
        provider.desktop().wait_for_text("jit-sso-not-enforced").await;
    }

    /// The fallback administrator does, and a member does not.
    async fn gets_in_while_the_provider_is_down(
        &self,
        provider: &mut impl Provider,
        member: &Person,
        page: &str,
    ) {
        provider.stop();
        self.administrator.come_back().await;
        provider.finds_nobody(member, page).await;
        provider.start();
    }

    /// Steps 2 to 5: values are carried to and fro, and nothing is enforced.
    async fn join(&mut self, provider: &mut impl Provider) {
        let copied = self.administrator.begin_saml(DIRECTORY).await;
        assert!(copied.entity_id.ends_with(&copied.unique_id) && copied.acs_url.ends_with(&copied.unique_id));
        let given = provider.connect(&copied).await;
        self.administrator.finish_details(&given).await;
        self.administrator.link_and_stop().await;
    }
}

/// What the administrator calls the identity provider.
const DIRECTORY: &str = "Sign-in by phone";
