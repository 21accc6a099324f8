//! Our identity provider: its owner at the console, and its people with a phone each.

use testkit::browser::{Browser, Options};

use super::ends::{End, Place};
use super::organization::{Copied, Given};
use super::people::{Person, Provider};
use crate::idp_console::{Owner, Typed};
use crate::two_screens::Screens;

/// The desktop, and the phone that holds the passkeys of whoever has it in hand.
pub(crate) struct Ours {
    end: End,
    owner: Owner,
    screens: Screens,
}

impl Ours {
    /// Sets an empty one up and invites everybody: each makes a passkey on the phone.
    pub(crate) async fn with(place: &Place, people: &mut [Person]) -> Self {
        let end = place.idp();
        let owner = Owner::by_link(&end.set_up_link(), place.at.idp()).await;
        let (first, others) = people.split_first_mut().unwrap();
        let invitation = owner.invite(first.names, first.address).await;
        let options = [Options::desktop(), Options::phone()];
        let screens = Screens::start(options, place.at, &invitation).await;
        let Screens { phone, passkeys, .. } = &screens;
        first.passkeys = passkeys.credentials(phone).await;
        for person in others {
            let invitation = owner.invite(person.names, person.address).await;
            passkeys.clear_credentials(phone).await;
            phone.goto(invitation.as_str()).await;
            phone.click("[data-passkey-start]").await;
            phone.wait_for_text("This device is ready").await;
            person.passkeys = passkeys.credentials(phone).await;
            phone.clear_cookies().await;
        }
        Self { end, owner, screens }
    }

    pub(crate) async fn quit(self) {
        self.screens.close().await;
        self.owner.quit().await;
    }
}

impl Provider for Ours {
    fn host(&self) -> String {
        self.screens.at.idp_host()
    }

    fn desktop(&self) -> &Browser {
        &self.screens.desktop
    }

    /// Step 3: *SAML 2.0 Generic*, with the guide's NameID and claims; then Settings → IdP Configuration.
    async fn connect(&mut self, copied: &Copied) -> Given {
        let typed = Typed {
            name: "Atlassian",
            entity_id: &copied.entity_id,
            acs_url: &copied.acs_url,
            name_id: ["emailAddress", "user.email"],
            claims: [
                ["user.username", "email", "unspecified"],
                ["user.firstName", "firstname", "unspecified"],
                ["user.lastName", "lastname", "unspecified"],
            ],
            signs: "assertion",
        };
        self.owner.connect(&typed).await;
        let ours = self.owner.idp_configuration().await;
        Given { sso_url: ours.sso_url, entity_id: ours.entity_id, certificate: ours.certificate }
    }

    async fn expect(&mut self, person: &Person) {
        let Screens { phone, passkeys, .. } = &self.screens;
        passkeys.clear_credentials(phone).await;
        for passkey in &person.passkeys {
            passkeys.add_credential(phone, passkey).await;
        }
    }

    /// Scan, digits, biometrics; and the desktop goes on as them.
    async fn prove(&mut self, person: &mut Person) {
        let screens = &self.screens;
        let code = screens.scan().await;
        screens.approved(&code).await;
        // Its counter has gone on.
        person.passkeys = screens.passkeys.credentials(&screens.phone).await;
        screens.desktop.wait_for_text(person.address).await;
        screens.desktop.click_role("button", &format!("Continue as {}", person.names.join(" "))).await;
    }

    async fn prove_at(&mut self, browser: &mut Browser, person: &mut Person) {
        std::mem::swap(&mut self.screens.desktop, browser);
        self.prove(person).await;
        std::mem::swap(&mut self.screens.desktop, browser);
    }

    fn stop(&mut self) {
        self.end.stop();
    }

    fn start(&mut self) {
        self.end.start();
    }
}
