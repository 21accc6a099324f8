//! The guide itself, its seven steps in their order, from two empty ends; and the same with an identity provider that
//! others wrote.

use crate::guide::{Administrator, End, Ours, Person, Place, Provider, Theirs};
use crate::interop::Software;

#[tokio::test]
async fn journey_guide_in_seven_steps() {
    let place = Place::find().await;
    let mut people = people();
    let (provider, organization) = tokio::join!(Ours::with(&place, &mut people), set_up(&place));
    organization.follow(provider, people, &place).await.quit().await;
}

#[tokio::test]
async fn journey_guide_with_an_identity_provider_of_others() {
    let Some(software) = Software::installed() else {
        return;
    };
    let place = Place::find().await;
    let (provider, organization) = tokio::join!(Theirs::start(software), set_up(&place));
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
        let page = place.at.org();
        self.join(&mut provider).await;
        for person in &people {
            provider.is_not_sent_away(person, &page).await;
        }
        self.administrator.browser.quit().await;
        provider
    }

    /// Steps 2 to 5: values are carried to and fro, and nothing is enforced.
    async fn join(&mut self, provider: &mut impl Provider) {
        let copied = self.administrator.begin_saml("Countersign").await;
        assert!(copied.entity_id.ends_with(&copied.unique_id) && copied.acs_url.ends_with(&copied.unique_id));
        let given = provider.connect(&copied).await;
        self.administrator.finish_details(&given).await;
        self.administrator.link_and_stop().await;
    }
}
