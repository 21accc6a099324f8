//! One domain: its token and where to put it up, whom it takes, how to be rid
//! of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Cookies, Error, Message, filters};

use super::OrgAdmin;
use super::confirm::{Ask, confirmed};
use super::domains::{Badge, badge};
use crate::acts::domains::{Claiming, Over, claim, remove, verify};
use crate::acts::{Refusal, settle, way_back};
use crate::answer::broken;
use crate::domain_proofs::looked;
use crate::model::{Claim, Domain, DomainName, DomainState, Finding, Proof, TOKEN_FILE, Verification};
use crate::service::Org;
use crate::store::{claims, directories, domains};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/domain.html")]
pub(crate) struct DomainPage {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) notice: Option<Notice>,
    pub(crate) version: i64,
    pub(crate) proof: Option<Proving>,
    pub(crate) facts: Vec<(Message, Fact)>,
    pub(crate) last: Option<(Timestamp, Message)>,
    /// Members of the organisation on the domain, as long as nothing is proved.
    pub(crate) members: u32,
    pub(crate) claiming: Option<ClaimForm>,
    pub(crate) managed: u32,
}

/// A fact of a domain.
#[derive(Debug)]
pub(crate) enum Fact {
    Text(Message),
    Name(String),
    At(Timestamp),
}

/// What is to be put up.
#[derive(Debug)]
pub(crate) struct Proving {
    pub(crate) record: String,
    pub(crate) url: String,
    pub(crate) open: bool,
}

/// Whom a claim takes.
#[derive(Debug)]
pub(crate) struct ClaimForm {
    pub(crate) automatic: bool,
    pub(crate) accounts: Vec<Account>,
    /// How many there are beside those listed.
    pub(crate) more: u32,
    pub(crate) all: u32,
}

/// Somebody whom a claim takes.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) member: bool,
    pub(crate) administers: bool,
}

/// The name in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    name: String,
}

/// `GET /admin/{organization}/domains/{name}`.
pub(crate) async fn page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
) -> Result<Response, Error> {
    show(&org, &admin, &named.read()?, None).await
}

/// The form of the two buttons.
#[derive(Debug, Deserialize)]
pub(crate) struct Verify {
    by: String,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/verify`: looks for the token now.
pub(crate) async fn post_verify(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Verify>,
) -> Result<Response, Response> {
    let by = match posted.by.parse() {
        Ok(Proof::Http) => Proof::Http,
        _ => Proof::Dns,
    };
    let name = named.read().map_err(Error::into_response)?;
    let ask = ask(&admin, &name, ("verify", vec![("by", posted.by)]), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    Ok(confirmed.answer(verified(&org, &admin, &name, by).await))
}

async fn verified(org: &Org, admin: &OrgAdmin, name: &DomainName, by: Proof) -> Result<Response, Error> {
    org.count_look(admin.organization.id)?;
    let of = (admin.organization.id, name);
    let seen = looked(org, of, by).await.map_err(broken)?.ok_or_else(Error::not_found)?;
    let tx = org.begin().await?;
    let done = verify(&tx, &admin.word(), of, &seen, org.now()).await;
    let notice = match settle(tx, done).await.map_err(broken)? {
        Ok(verdict) => said(verdict, by),
        Err(refusal) => shut(refusal).ok_or_else(Error::not_found)?,
    };
    show(org, admin, name, Some(notice)).await
}

/// The form of a claim.
#[derive(Debug, Deserialize)]
pub(crate) struct ClaimPosted {
    setting: String,
    #[serde(default)]
    account: Vec<String>,
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/claim`: brings accounts under management.
pub(crate) async fn post_claim(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<ClaimPosted>,
) -> Result<Response, Response> {
    let name = named.read().map_err(Error::into_response)?;
    let setting: Claim = posted.setting.parse().unwrap_or(Claim::Manual);
    let accounts = posted.account.iter().filter_map(|id| id.parse().ok()).collect();
    let mut fields = vec![("setting", posted.setting), ("version", posted.version.to_string())];
    fields.extend(posted.account.into_iter().map(|id| ("account", id)));
    let ask = ask(&admin, &name, ("claim", fields), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let what = Over {
        organization: admin.organization.id,
        name,
        over: Some(posted.version),
        to: Claiming { setting, accounts },
    };
    Ok(confirmed.answer(claimed(&org, &admin, what).await))
}

async fn claimed(org: &Org, admin: &OrgAdmin, what: Over<Claiming>) -> Result<Response, Error> {
    let name = what.name.clone();
    let tx = org.begin().await?;
    let locked = way_back::lock(&tx).await.map_err(broken)?;
    let done = claim(locked, &admin.word(), what, org.now()).await;
    let notice = match settle(tx, done).await.map_err(broken)? {
        Ok(count) => {
            let message = Message::new("domain-claimed").with("count", count.to_string());
            Notice { kind: NoticeKind::Success, message }
        }
        Err(refusal) => shut(refusal).ok_or_else(Error::not_found)?,
    };
    show(org, admin, &name, Some(notice)).await
}

/// What a refusal says beside the page: somebody was faster, or a way back
/// would end.
pub(super) fn shut(refusal: Refusal) -> Option<Notice> {
    let message = match refusal {
        Refusal::ChangedMeanwhile => return Some(stale()),
        Refusal::WayBack(_) | Refusal::LastAdministrator => "way-back-first",
        Refusal::WayBackElsewhere => "way-back-elsewhere",
        _ => return None,
    };
    Some(Notice { kind: NoticeKind::Danger, message: message.into() })
}

/// The form of a removal.
#[derive(Debug, Deserialize)]
pub(crate) struct Remove {
    version: i64,
    #[serde(default)]
    credential: Option<String>,
}

/// `POST …/remove`.
pub(crate) async fn post_remove(
    State(org): State<Org>,
    admin: OrgAdmin,
    (Path(named), cookies): (Path<Named>, Cookies),
    CheckedForm(posted): CheckedForm<Remove>,
) -> Result<Response, Response> {
    let name = named.read().map_err(Error::into_response)?;
    let fields = vec![("version", posted.version.to_string())];
    let ask = ask(&admin, &name, ("remove", fields), posted.credential);
    let confirmed = confirmed(&org, &admin, &cookies, ask).await?;
    let what = Over { organization: admin.organization.id, name, over: Some(posted.version), to: () };
    Ok(confirmed.answer(removed(&org, &admin, what).await))
}

async fn removed(org: &Org, admin: &OrgAdmin, what: Over<()>) -> Result<Response, Error> {
    let name = what.name.clone();
    let tx = org.begin().await?;
    let done = remove(&tx, &admin.word(), what, org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(_) => Ok(Redirect::to(&admin.path("/domains")).into_response()),
        Err(refusal) => {
            let notice = shut(refusal).ok_or_else(Error::not_found)?;
            show(org, admin, &name, Some(notice)).await
        }
    }
}

impl Named {
    fn read(&self) -> Result<DomainName, Error> {
        self.name.parse().map_err(|_| Error::not_found())
    }
}

/// What the passkey is asked for.
fn ask(
    admin: &OrgAdmin,
    name: &DomainName,
    (act, posted): (&'static str, Vec<(&'static str, String)>),
    credential: Option<String>,
) -> Ask {
    let (title, text, button) = match act {
        "verify" => ("domain-verify-ask", "domain-verify-ask-text", "domain-verify-confirmed"),
        "claim" => ("domain-claim-ask", "domain-claim-ask-text", "domain-claim-confirmed"),
        _ => ("domain-remove-ask", "domain-remove-ask-text", "domain-remove-confirmed"),
    };
    let back = admin.path(&format!("/domains/{name}"));
    Ask {
        title: Message::new(title).with("domain", name.as_str()),
        text: text.into(),
        button: button.into(),
        action: format!("{back}/{act}"),
        back,
        posted,
        credential,
    }
}

fn said(verdict: Verification, by: Proof) -> Notice {
    let (kind, message) = match verdict {
        Verification::Proved | Verification::Supersedes => {
            (NoticeKind::Success, Message::new("domain-proved"))
        }
        Verification::Waits { .. } => (NoticeKind::Info, Message::new("domain-waits")),
        Verification::Held => (NoticeKind::Danger, Message::new("domain-held")),
        Verification::NotFound(finding) => (NoticeKind::Danger, Message::new(finding_word(finding, by))),
    };
    Notice { kind, message }
}

pub(super) fn stale() -> Notice {
    Notice { kind: NoticeKind::Danger, message: "changed-meanwhile".into() }
}

/// What a look saw, in the words of its place.
fn finding_word(finding: Finding, by: Proof) -> &'static str {
    match (finding, by) {
        (Finding::Token, _) => "finding-token",
        (Finding::AnotherToken, Proof::Http) => "finding-another-token-file",
        (Finding::AnotherToken, _) => "finding-another-token",
        (Finding::Nothing, Proof::Http) => "finding-nothing-file",
        (Finding::Nothing, _) => "finding-nothing",
        (Finding::NoFile, _) => "finding-no-file",
        (Finding::Redirected, _) => "finding-redirected",
        (Finding::NoAddress, _) => "finding-no-address",
        (Finding::Inside, _) => "finding-inside",
        (Finding::TooLarge, _) => "finding-too-large",
        (Finding::Unanswered, Proof::Http) => "finding-unanswered-file",
        (Finding::Unanswered, _) => "finding-unanswered",
    }
}

async fn show(
    org: &Org,
    admin: &OrgAdmin,
    name: &DomainName,
    notice: Option<Notice>,
) -> Result<Response, Error> {
    let id = admin.organization.id;
    let read = org.read().await?;
    let domain = domains::find(&read, id, name).await.map_err(broken)?.ok_or_else(Error::not_found)?;
    let linked_to = match domain.linked_to {
        Some(directory) => directories::find(&read, id, directory).await.map_err(broken)?,
        None => None,
    };
    let managed = claims::count_managed(&read, id, name).await.map_err(broken)?;
    let members = claims::count_members(&read, id, name).await.map_err(broken)?;
    let mut claiming = None;
    if domain.verified_at.is_some() {
        // Who has an account on a domain is shown to its holder, and to nobody before that is proved.
        let all = claims::count_unmanaged(&read, name).await.map_err(broken)?;
        let accounts = claims::unmanaged(&read, id, name, LISTED).await.map_err(broken)?;
        let automatic = domain.claim == Claim::Automatic || managed == 0;
        let more = all.saturating_sub(LISTED);
        let accounts = accounts.into_iter().map(account).collect();
        claiming = Some(ClaimForm { automatic, accounts, more, all });
    }
    drop(read);
    org.site().render(&DomainPage {
        console: admin.console(),
        path: admin.path(&format!("/domains/{name}")),
        name: name.to_string(),
        state: badge(&domain),
        notice,
        version: domain.version,
        proof: proving(&domain),
        facts: facts(&domain, linked_to.map(|directory| directory.name.to_string())),
        last: last(&domain),
        members,
        claiming,
        managed,
    })
}

fn account(found: claims::Unmanaged) -> Account {
    Account {
        id: found.id.to_string(),
        address: found.address.shown().to_owned(),
        member: found.member,
        administers: found.administers,
    }
}

/// What is to be put up, and to stay there.
fn proving(domain: &Domain) -> Option<Proving> {
    let token = domain.token.as_ref()?;
    Some(Proving {
        record: token.record(),
        url: format!("https://{}{TOKEN_FILE}", domain.name),
        open: !matches!(domain.state(), DomainState::Verified { .. }),
    })
}

fn last(domain: &Domain) -> Option<(Timestamp, Message)> {
    let (at, finding) = domain.checks.last?;
    Some((at, finding_word(finding, domain.proof.unwrap_or(Proof::Dns)).into()))
}

fn facts(domain: &Domain, linked_to: Option<String>) -> Vec<(Message, Fact)> {
    let mut facts: Vec<(Message, Fact)> = Vec::new();
    let mut add = |label: &'static str, fact| facts.push((label.into(), fact));
    match domain.state() {
        DomainState::Verified { since } => add("domain-since", Fact::At(since)),
        DomainState::MissingToken { until } => add("domain-works-until", Fact::At(until)),
        DomainState::Waiting { until } => add("domain-waits-until", Fact::At(until)),
        DomainState::Superseded { since } => add("domain-superseded-at", Fact::At(since)),
        DomainState::Unverified => {}
    }
    if domain.verified_at.is_some() {
        let by = match domain.proof {
            Some(Proof::Http) => "proof-http",
            Some(Proof::Dns) => "proof-dns",
            Some(Proof::Operator) | None => "proof-operator",
        };
        add("domain-proved-by", Fact::Text(by.into()));
        let linked = linked_to.map_or_else(|| Fact::Text("domain-not-linked-yet".into()), Fact::Name);
        add("domain-linked", linked);
        add("domain-claim", Fact::Text(super::domains::claim_word(domain.claim).into()));
    }
    if let Some(at) = domain.checks.due_at {
        add("domain-next-check", Fact::At(at));
    }
    facts
}

/// How many accounts the page lists by name.
const LISTED: u32 = 100;
