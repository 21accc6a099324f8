//! People and members of groups by CSV: a dry run that names each bad row, then
//! all of them, or the good ones, as asked.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use web::page::{Console, Notice, NoticeKind};
use web::{CheckedForm, Error, Fields, Message, filters};

use super::OrgAdmin;
use super::groups::{self, Named};
use crate::acts::accounts::{NewAccount, create};
use crate::acts::imports::{Into, Ready, WithBadRows, apply, dry_run};
use crate::acts::{ActError, Refusal, settle};
use crate::answer::broken;
use crate::model::import::{Fault, FileError, read};
use crate::model::people_import::{Holder, NewPerson, People, PersonFault, read_people};
use crate::model::{DomainName, GroupId, Role};
use crate::service::Org;
use crate::store::domains::verified_by;
use crate::store::{accounts, members};

/// What the page shows.
#[derive(Debug, Template)]
#[template(path = "admin/import.html")]
pub(crate) struct ImportPage {
    pub(crate) console: Console,
    pub(crate) title: Message,
    pub(crate) lead: Message,
    pub(crate) hint: Message,
    pub(crate) action: String,
    pub(crate) back: (Message, String),
    pub(crate) plan: Option<Planned>,
    pub(crate) rows: String,
    pub(crate) fields: Fields,
    pub(crate) notice: Option<Notice>,
}

/// What the rows would do.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) fit: usize,
    pub(crate) all_bad: usize,
    pub(crate) bad: Vec<Bad>,
    /// How many bad rows are not shown.
    pub(crate) hidden: usize,
}

/// A bad row.
#[derive(Debug)]
pub(crate) struct Bad {
    pub(crate) line: u64,
    pub(crate) text: String,
    pub(crate) fault: Message,
}

/// The rows as they are posted.
#[derive(Debug, Deserialize)]
pub(crate) struct Posted {
    rows: String,
    /// `all`: imported, if there is no bad row; `others`: but for the bad rows;
    /// anything else: said what they would do.
    #[serde(default)]
    then: String,
}

impl Posted {
    /// Whether the rows are imported, or only judged.
    fn goes(&self, bad: usize) -> bool {
        match self.then.as_str() {
            "all" => bad == 0,
            "others" => true,
            _ => false,
        }
    }
}

/// `GET /admin/{organization}/accounts/import`.
pub(crate) async fn accounts_page(State(org): State<Org>, admin: OrgAdmin) -> Result<Response, Error> {
    show(&org, people_page(&admin, String::new()))
}

/// `POST /admin/{organization}/accounts/import`.
pub(crate) async fn accounts_post(
    State(org): State<Org>,
    admin: OrgAdmin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let page = people_page(&admin, posted.rows.clone());
    let people = match read_people(page.rows.as_bytes()) {
        Ok(people) => people,
        Err(error) => return show(&org, ImportPage { fields: file_fault(error, "csv-people-many"), ..page }),
    };
    let people = known(&org, &admin, people).await?;
    if !posted.goes(people.bad.len()) {
        return show(&org, ImportPage { plan: Some(planned_people(&people)), ..page });
    }
    let added = add_all(&org, &admin, people.new).await?;
    let message = Message::new("csv-people-added").with("count", added.to_string());
    let notice = Some(Notice { kind: NoticeKind::Success, message });
    show(&org, ImportPage { notice, rows: String::new(), ..page })
}

/// The rows without those whose address somebody has, or stands on a domain of another organisation.
async fn known(org: &Org, admin: &OrgAdmin, people: People) -> Result<People, Error> {
    let addresses: Vec<_> = people.new.iter().map(|person| person.address.clone()).collect();
    let read = org.read().await?;
    let found = members::by_addresses(&read, &addresses).await.map_err(broken)?;
    let mut known = BTreeMap::new();
    for one in found {
        let member = accounts::find_membership(&read, admin.organization.id, one.account).await;
        let holder = if member.map_err(broken)?.is_some() { Holder::Member } else { Holder::Other };
        known.insert(one.address, holder);
    }
    let mut domains: BTreeMap<DomainName, bool> = BTreeMap::new();
    for address in &addresses {
        let domain = DomainName::of(address);
        let elsewhere = match domains.get(&domain) {
            Some(elsewhere) => *elsewhere,
            None => {
                let prover = verified_by(&read, &domain).await.map_err(broken)?;
                prover.is_some_and(|prover| prover != admin.organization.id)
            }
        };
        domains.insert(domain, elsewhere);
        if elsewhere {
            known.entry(address.as_str().to_owned()).or_insert(Holder::Domain);
        }
    }
    Ok(people.without(&known))
}

/// Adds them, some in each transaction, for a turn is short. Whoever got an
/// account in the same moment is passed over. Gives how many were added.
async fn add_all(org: &Org, admin: &OrgAdmin, new: Vec<NewPerson>) -> Result<usize, Error> {
    let (of, word) = (admin.organization.id, admin.word());
    let mut added = 0;
    for some in new.chunks(AT_ONCE) {
        let now = org.now();
        let draw = |person: &NewPerson| {
            let who = (person.address.clone(), person.names.clone());
            NewAccount::draw((of, Role::Member), who, now, org.entropy())
        };
        let drawn: Vec<NewAccount> = some.iter().map(draw).collect();
        let tx = org.begin().await?;
        let mut done = 0;
        for account in drawn {
            match create(&tx, &word, account, now).await {
                Ok(_) => done += 1,
                Err(ActError::Refused(Refusal::AddressTaken | Refusal::DomainElsewhere)) => {}
                Err(ActError::Store(error)) => return Err(broken(error)),
                Err(_) => return Err(Error::not_found()),
            }
        }
        tx.commit().await.map_err(broken)?;
        added += done;
    }
    Ok(added)
}

/// `GET /admin/{organization}/groups/{group}/import`.
pub(crate) async fn group_page(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
) -> Result<Response, Error> {
    let page = members_page(&org, &admin, named.read()?, String::new()).await?;
    show(&org, page)
}

/// `POST /admin/{organization}/groups/{group}/import`.
pub(crate) async fn group_post(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(named): Path<Named>,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Error> {
    let id = named.read()?;
    let page = members_page(&org, &admin, id, posted.rows.clone()).await?;
    let rows = match read(page.rows.as_bytes()) {
        Ok(rows) => rows,
        Err(error) => {
            return show(&org, ImportPage { fields: file_fault(error, "csv-members-many"), ..page });
        }
    };
    let of = (admin.organization.id, Into::Group(id));
    let snapshot = org.read().await?;
    let plan = dry_run(&snapshot, of, &rows).await.map_err(broken)?;
    drop(snapshot);
    if !posted.goes(plan.bad.len()) {
        let lines: Vec<&str> = page.rows.lines().collect();
        let bad = plan.bad.iter().map(|row| {
            let at = usize::try_from(row.line).unwrap_or(usize::MAX).wrapping_sub(1);
            let text = lines.get(at).copied().unwrap_or_default().chars().take(TEXT).collect();
            Bad { line: row.line, text, fault: member_fault(row.fault).into() }
        });
        let planned = planned(plan.accounts.len(), bad.collect());
        return show(&org, ImportPage { plan: Some(planned), ..page });
    }
    let ready = Ready::of(&plan, of.1, WithBadRows::TheOthers);
    let tx = org.begin().await?;
    let done = apply(&tx, &admin.word(), (of.0, &ready), org.now()).await;
    match settle(tx, done).await.map_err(broken)? {
        Ok(joined) => groups::said_joined(&org, &admin, id, joined).await,
        Err(refusal) => groups::refused(&org, &admin, id, refusal).await,
    }
}

fn people_page(admin: &OrgAdmin, rows: String) -> ImportPage {
    ImportPage {
        console: admin.console(),
        title: "csv-people-title".into(),
        lead: "csv-people-lead".into(),
        hint: "csv-people-hint".into(),
        action: admin.path("/accounts/import"),
        back: ("nav-accounts".into(), admin.path("/accounts")),
        plan: None,
        rows,
        fields: Fields::new(),
        notice: None,
    }
}

async fn members_page(org: &Org, admin: &OrgAdmin, id: GroupId, rows: String) -> Result<ImportPage, Error> {
    let group = groups::find(org, admin, id).await?;
    let here = groups::path(admin, id);
    Ok(ImportPage {
        console: admin.console(),
        title: Message::new("csv-members-title").with("group", group.name.as_str()),
        lead: "csv-members-lead".into(),
        hint: "csv-members-hint".into(),
        action: format!("{here}/import"),
        back: (Message::new("csv-members-back").with("group", group.name.as_str()), here),
        plan: None,
        rows,
        fields: Fields::new(),
        notice: None,
    })
}

fn planned_people(people: &People) -> Planned {
    let bad = people.bad.iter().map(|row| Bad {
        line: row.line,
        text: row.text.clone(),
        fault: person_fault(row.fault).into(),
    });
    planned(people.new.len(), bad.collect())
}

fn planned(fit: usize, mut bad: Vec<Bad>) -> Planned {
    let all_bad = bad.len();
    bad.truncate(SHOWN);
    Planned { fit, all_bad, hidden: all_bad - bad.len(), bad }
}

const fn person_fault(fault: PersonFault) -> &'static str {
    match fault {
        PersonFault::NotAnAddress => "csv-not-an-address",
        PersonFault::NotAName => "csv-not-a-name",
        PersonFault::Repeated => "csv-repeated",
        PersonFault::Member => "csv-member",
        PersonFault::Taken => "csv-taken",
        PersonFault::DomainElsewhere => "csv-domain-elsewhere",
        PersonFault::Unreadable => "csv-unreadable",
    }
}

const fn member_fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotAnAddress => "csv-not-an-address",
        Fault::Repeated => "csv-repeated",
        Fault::Unknown => "csv-unknown",
        Fault::NotManaged | Fault::OtherDirectory => "csv-not-managed",
        Fault::Unreadable => "csv-unreadable",
    }
}

fn file_fault(error: FileError, many: &'static str) -> Fields {
    let message = match error {
        FileError::TooManyRows | FileError::TooLarge => many,
        FileError::Empty => "csv-empty",
    };
    Fields::fault("rows", message)
}

fn show(org: &Org, page: ImportPage) -> Result<Response, Error> {
    org.site().render(&page)
}

/// So many accounts go in one transaction: a turn is short, also on a busy machine.
const AT_ONCE: usize = 10;

/// So many bad rows are shown, and so much of each.
const SHOWN: usize = 200;
const TEXT: usize = 120;
