//! A service as small as can be: a store, a door, a person with an authenticator.

use std::net::IpAddr;
use std::sync::Arc;

use console::ceremony::{Place, Purpose};
use console::door::{
    Ask, Authenticated, Door, DoorRefusal, Enrolled, Grant, NewOwner, Proven, Registered, Registration,
    Verdict, begin_authentication, begin_registration, take_authentication, take_registration,
};
use console::events::Actor;
use console::invitations::{self, Draft, Invited, Lifetime, NewInvitation};
use console::passkeys::{self, PasskeyId};
use console::person::{DisplayName, PersonId};
use console::row_id;
use console::sessions::{self, FreshToken, Kind, Limits, NewSession, Opened, Opening};
use jiff::{SignedDuration, Timestamp};
use store::events::{Event, Filter};
use store::{Migration, Store};
use testkit::OsEntropy;
use testkit::authenticator::Authenticator;
use web::ambient::Entropy;
use web::peer::Peer;
use web::shell::Tracking;
use web::token::{Token, TokenHash};
use webauthn::{Attachment, Origin, RelyingParty, RpId};

pub const ORIGIN: &str = "http://idp.localhost:8080";
pub const SIGN_IN: Purpose = Purpose::new("sign-in");
pub const ENROL: Purpose = Purpose::new("enrol");
pub const PHONE: invitations::Purpose = invitations::Purpose::new("phone");

/// The store and the door of a service.
pub struct House {
    pub store: Store,
    pub door: Door,
    pub entropy: Arc<dyn Entropy>,
}

/// Runs `test` in a new house on each engine.
pub async fn on_each_engine(test: impl AsyncFn(&House)) {
    store::testing::for_each_engine(&migrations(), async |store| test(&House::new(store)).await).await;
}

pub fn migrations() -> Vec<Migration> {
    [store::MIGRATIONS, console::MIGRATIONS].concat()
}

/// So many seconds after the tests' beginning of time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).expect("in range")
}

/// The browser number `n`.
pub fn browser(n: u8) -> TokenHash {
    Token::new(&move |bytes: &mut [u8]| bytes.fill(n)).hash()
}

/// The place of browser number `n` on the sign-in page.
pub fn sign_in(n: u8) -> Place<'static> {
    Place { purpose: SIGN_IN, browser: browser(n), bound: b"" }
}

pub fn enrol(n: u8) -> Place<'static> {
    Place { purpose: ENROL, browser: browser(n), bound: b"" }
}

impl House {
    fn new(store: Store) -> Self {
        let rp_id = RpId::parse("idp.localhost").expect("an RP ID");
        let origin = Origin::parse(ORIGIN).expect("an origin");
        let relying_party = RelyingParty::new(&rp_id, &[origin], "Acme").expect("a relying party");
        let entropy: Arc<dyn Entropy> = Arc::new(|bytes: &mut [u8]| OsEntropy.fill(bytes));
        Self { store, door: Door::new(relying_party), entropy }
    }

    pub fn person(&self) -> PersonId {
        PersonId::new(row_id(at(0), &*self.entropy))
    }

    pub fn stranger(&self) -> Actor {
        let peer = Peer(IpAddr::from([203, 0, 113, 7]));
        Actor::stranger(&Tracking::new(&*self.entropy), peer, self.entropy.clone())
    }

    pub async fn invite(&self, person: PersonId, now: Timestamp) -> Invited {
        let draft = Draft::draw(now, &*self.entropy);
        let invitation = NewInvitation { person, purpose: PHONE, lifetime: Lifetime::DAY, draft };
        let host = Actor::machine("test", self.entropy.clone());
        let tx = self.store.begin().await.expect("a transaction");
        let invited = invitations::invite(&tx, &host, invitation, now).await.expect("invited");
        tx.commit().await.expect("committed");
        invited
    }

    /// Begins a registration on this grant; gives the options' JSON.
    pub async fn begin_registration(&self, grant: Grant<'_>, place: &Place<'_>, now: Timestamp) -> String {
        let person = match grant {
            Grant::Invitation(invitation) => invitation.person(),
            Grant::Fresh(fresh) => fresh.person(),
        };
        let read = self.store.read().await.expect("a snapshot");
        let exclude = passkeys::credential_ids(&read, person).await.expect("ids");
        drop(read);
        let owner = NewOwner { name: "maya@acme.example", display_name: "Maya Okafor" };
        let registration = Registration { grant, owner, exclude: &exclude, attachment: Attachment::Platform };
        let asked = self.door.ask_registration(&registration, place).expect("asked");
        let tx = self.store.begin().await.expect("a transaction");
        let begun = begin_registration(&tx, &self.stranger(), &asked, now).await.expect("stored");
        tx.commit().await.expect("committed");
        begun.expect("room for a ceremony");
        asked.to_json().to_owned()
    }

    /// Begins a registration by an invitation.
    pub async fn begin_enrolment(&self, invited: &Invited, place: &Place<'_>, now: Timestamp) -> String {
        let read = self.store.read().await.expect("a snapshot");
        let open = invitations::look_up(&read, &invited.token, now).await.expect("looked up");
        drop(read);
        self.begin_registration(Grant::Invitation(&open.expect("open")), place, now).await
    }

    pub async fn judge_registration(
        &self,
        place: &Place<'_>,
        answer: &str,
        now: Timestamp,
    ) -> Verdict<Registered> {
        self.door.judge_registration(&self.store, (place, answer.as_bytes()), now).await.expect("judged")
    }

    pub async fn take_registration(
        &self,
        verdict: Verdict<Registered>,
        now: Timestamp,
    ) -> Result<Enrolled, DoorRefusal> {
        let id = PasskeyId::draw(now, &*self.entropy);
        let label = DisplayName::parse("Laptop").expect("a label");
        let tx = self.store.begin().await.expect("a transaction");
        let taken =
            take_registration(&tx, &self.stranger(), (verdict, id, &label), now).await.expect("taken");
        tx.commit().await.expect("committed");
        taken
    }

    /// A passkey of this person in this authenticator, by an invitation.
    pub async fn enrol(&self, person: PersonId, device: &mut Authenticator, now: Timestamp) -> Enrolled {
        let invited = self.invite(person, now).await;
        let options = self.begin_enrolment(&invited, &enrol(1), now).await;
        let answer = device.register(ORIGIN, &options);
        let verdict = self.judge_registration(&enrol(1), &answer, now).await;
        self.take_registration(verdict, now).await.expect("enrolled")
    }

    /// Begins an authentication; gives the options' JSON.
    pub async fn begin(&self, ask: Ask, place: &Place<'_>, now: Timestamp) -> String {
        let asked = self.door.ask_authentication(ask, place).expect("asked");
        let tx = self.store.begin().await.expect("a transaction");
        let begun = begin_authentication(&tx, &self.stranger(), &asked, now).await.expect("stored");
        tx.commit().await.expect("committed");
        begun.expect("room for a ceremony");
        asked.to_json().to_owned()
    }

    pub async fn judge(&self, place: &Place<'_>, answer: &str, now: Timestamp) -> Verdict<Authenticated> {
        self.door.judge_authentication(&self.store, (place, answer.as_bytes()), now).await.expect("judged")
    }

    pub async fn take(&self, verdict: Verdict<Authenticated>, now: Timestamp) -> Result<Proven, DoorRefusal> {
        let tx = self.store.begin().await.expect("a transaction");
        let taken = take_authentication(&tx, &self.stranger(), verdict, now).await.expect("taken");
        tx.commit().await.expect("committed");
        taken
    }

    /// The whole ceremony.
    pub async fn prove(
        &self,
        ask: Ask,
        device: &mut Authenticator,
        now: Timestamp,
    ) -> Result<Proven, DoorRefusal> {
        let options = self.begin(ask, &sign_in(1), now).await;
        let answer = device.authenticate(ORIGIN, &options);
        let verdict = self.judge(&sign_in(1), &answer, now).await;
        self.take(verdict, now).await
    }

    pub async fn open(&self, opening: Opening, replaces: Option<&Token>, now: Timestamp) -> Opened {
        let fresh = FreshToken::draw(now, &*self.entropy);
        let limits = Limits::ADMINISTRATION;
        let session = NewSession { kind: Kind::CONSOLE, limits, replaces, fresh };
        let tx = self.store.begin().await.expect("a transaction");
        let opened = sessions::open(&tx, &self.stranger(), (opening, session), now).await.expect("opened");
        tx.commit().await.expect("committed");
        opened
    }

    /// A session of a new person, opened by a passkey.
    pub async fn signed_in(&self, device: &mut Authenticator, now: Timestamp) -> Opened {
        let enrolled = self.enrol(self.person(), device, now).await;
        self.open(Opening::proven(enrolled.into_proven()), None, now).await
    }

    pub async fn current(&self, kind: Kind, token: &Token, now: Timestamp) -> sessions::Found {
        let read = self.store.read().await.expect("a snapshot");
        sessions::current(&read, kind, Some(token), now).await.expect("found")
    }

    /// The whole log, newest first, without what is counted as junk.
    pub async fn events(&self) -> Vec<Event> {
        let read = self.store.read().await.expect("a snapshot");
        store::events::list(&read, Filter::All, None, 1_000).await.expect("events")
    }

    pub async fn kinds(&self) -> Vec<String> {
        self.events().await.into_iter().rev().map(|event| event.kind).collect()
    }
}

/// The system's random generator, for libraries that ask for one.
#[expect(clippy::disallowed_methods, reason = "a test has no server to ask for chance")]
pub fn system_random() -> aws_lc_rs::rand::SystemRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

pub const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Longer than every clock of a ceremony.
pub const SIX_MINUTES: SignedDuration = SignedDuration::from_mins(6);
