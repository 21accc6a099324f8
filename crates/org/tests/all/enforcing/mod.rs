//! Rolling single sign-on out: the evidence, probation, the way back, and
//! whom policies apply to.

mod computed;
pub(crate) mod imports;
mod plans;
mod races;
mod roll_out;
pub(crate) mod test_sign_in;
mod walks;
mod way_back;

use console::person::DisplayName;
use jiff::SignedDuration;
use org::acts::enforcement::{Rehearsal, rehearse};
use org::acts::policies::NewPolicy;
use org::acts::{Refusal, policies};
use org::model::enforce::{Evidence, OwnSession};
use org::model::{AccountId, Enforcement, PolicyId};
use testkit::authenticator::Authenticator;

use crate::kit::{Browser, Person, World, tried, word_of};
use crate::local_door::enrol;

fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

/// Frida, signed in by the passkey that she made.
async fn frida(world: &World) -> (Browser, Authenticator) {
    with_passkey(world, world.frida).await
}

pub(crate) async fn with_passkey(world: &World, account: AccountId) -> (Browser, Authenticator) {
    let (mut browser, mut device) = (world.browser(), Authenticator::new());
    enrol(world, &mut browser, &mut device, account).await;
    (browser, device)
}

/// A policy beside the default one, without SSO.
pub(crate) async fn policy(world: &World, called: &str) -> PolicyId {
    let whose = (world.acme.organization.id, world.acme.made.directory);
    let new = NewPolicy::draw(whose, (name(called), false), world.now(), world.org.entropy());
    let now = world.org.now();
    world.act(async |tx, word| policies::create(tx, word, new, now).await).await
}

pub(crate) async fn assign(world: &World, account: AccountId, policy: Option<PolicyId>) {
    let (of, now) = (world.acme.organization.id, world.org.now());
    world.act(async |tx, word| policies::assign(tx, word, (of, account, policy), now).await).await;
}

/// A test sign-in with a policy by Frida's browser: where the answer led.
pub(crate) async fn test_as(
    world: &World,
    browser: &mut Browser,
    policy: PolicyId,
    person: &Person,
) -> String {
    let path = format!("/admin/acme/policies/{policy}/test");
    let csrf = browser.get(&path).await.csrf();
    let target = browser.post(&path, &[("csrf", &csrf)]).await.location().unwrap();
    let form = world.idp().answer(&world.acme.us, &target, person, world.now());
    let answer = browser.post_answer(&world.acme.us, &form).await;
    answer.location().unwrap_or_else(|| panic!("no verdict: {answer:?}"))
}

async fn rehearsed(world: &World, policy: PolicyId) -> Rehearsal {
    let read = world.org.store().read().await.unwrap();
    let of = (world.acme.organization.id, policy);
    rehearse(&read, of, None, world.org.now()).await.unwrap().unwrap()
}

async fn missing(world: &World, policy: PolicyId) -> Vec<&'static str> {
    let answer = rehearsed(world, policy).await.answer;
    answer.err().unwrap_or_default().into_iter().map(|one| one.code()).collect()
}

async fn evidence(world: &World, policy: PolicyId) -> Evidence {
    rehearsed(world, policy).await.answer.unwrap()
}

async fn enforce(world: &World, evidence: &Evidence) -> Result<Enforcement, Refusal> {
    let (of, now) = (world.acme.organization.id, world.org.now());
    let word = word_of(&world.org, world.frida);
    let what = (of, evidence, SignedDuration::from_mins(60));
    tried(&world.org, async |tx| org::acts::enforcement::enforce(tx, &word, what, now).await).await
}

async fn confirm(world: &World, policy: PolicyId, own: OwnSession) -> Result<(), Refusal> {
    let (of, now) = (world.acme.organization.id, world.org.now());
    let word = word_of(&world.org, world.frida);
    tried(&world.org, async |tx| org::acts::enforcement::confirm(tx, &word, (of, policy, own), now).await)
        .await
}

/// Where an address leads to.
async fn way(world: &World, address: &str) -> String {
    world.browser().type_address(address, "/").await.location().unwrap()
}

/// Whether an address leads to the identity provider.
pub(crate) async fn leads_to_sso(world: &World, address: &str) -> bool {
    way(world, address).await.starts_with("https://idp.example/")
}
