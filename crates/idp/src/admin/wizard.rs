//! Adding an application, and changing one: page after page of a draft that survives leaving.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use web::page::Console;
use web::{CheckedForm, Error, Fields, StrictQuery, filters};

use super::application_form::{ApplicationForm, ClaimRow, Posted};
use super::applications::{LIST, find, path};
use super::choices::Choices;
use super::conflict::{Conflict, conflict};
use super::console;
use super::preview::{Preview, preview};
use super::step::Step;
use crate::acts::drafts::{self as acts, Ready};
use crate::acts::{self as act, Refusal};
use crate::error::{broken, refusal_page};
use crate::login::Nothing;
use crate::model::application::{ApplicationId, Audience, Integration, Version};
use crate::model::draft::{Becomes, Draft, DraftId};
use crate::model::role::Permission;
use crate::people::{Admin, Turned};
use crate::state::Idp;
use crate::store::{drafts, users};

/// A page of a draft.
#[derive(Template)]
#[template(path = "admin/wizard.html")]
struct WizardPage<'a> {
    console: Console,
    /// Where its form posts.
    path: String,
    /// The draft itself.
    draft_path: String,
    /// The application that is changed.
    changes: Option<ApplicationId>,
    step: Step,
    pages: Vec<Page>,
    form: &'a ApplicationForm,
    rows: Vec<ClaimRow>,
    fields: Fields,
    /// Whether this is the page that saves.
    saves: bool,
    has_previous: bool,
    /// Saving asks for a ceremony first.
    stale: bool,
    choices: Choices,
    preview: Option<Preview>,
    /// Addresses to choose from for the preview.
    people: Vec<String>,
    conflict: Option<Conflict>,
    /// The seven steps of a guided integration: how far each is.
    guide: Option<[&'static str; 7]>,
    unique_id: String,
}

/// A page, in the row of pages.
struct Page {
    number: usize,
    label: String,
    path: String,
    state: &'static str,
}

/// Which entry of the gallery.
#[derive(Debug, Deserialize)]
pub(crate) struct AddForm {
    integration: String,
}

/// `POST /admin/applications/add`: "Add integration".
pub(crate) async fn begin(
    State(idp): State<Idp>,
    admin: Admin,
    CheckedForm(form): CheckedForm<AddForm>,
) -> Result<Response, Error> {
    let integration = Integration::parse(&form.integration).ok_or_else(Error::not_found)?;
    let form = ApplicationForm::new(integration);
    begin_draft(&idp, &admin, (Becomes::New, integration), &form).await
}

/// `POST /admin/applications/{id}/edit`: a draft of the changes, or the one that was left.
pub(crate) async fn edit(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    admin.may(Permission::Applications)?;
    let application = find(&idp, ApplicationId::new(id)).await?;
    let read = idp.store().read().await.map_err(broken)?;
    let left = drafts::find_change(&read, admin.user.id, application.id).await.map_err(broken)?;
    drop(read);
    if let Some(draft) = left {
        return Ok(Redirect::to(&page_path(draft.id, first(&draft))).into_response());
    }
    let becomes = Becomes::Change(application.id, application.version);
    let form = ApplicationForm::from(&application);
    begin_draft(&idp, &admin, (becomes, application.integration), &form).await
}

async fn begin_draft(
    idp: &Idp,
    admin: &Admin,
    (becomes, integration): (Becomes, Integration),
    form: &ApplicationForm,
) -> Result<Response, Error> {
    let now = idp.now();
    let (id, person, content) = (idp.draw_draft(now), admin.user.id, write(form)?);
    let draft = Draft { id, person, becomes, integration, content, updated_at: now };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::begin(&tx, &admin.word(), &draft, now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&page_path(draft.id, first(&draft))).into_response())
}

/// How a page is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Looking {
    /// `on`: what is wrong is shown; `taken`: the entity ID is another application's.
    faults: String,
}

/// `GET /admin/applications/drafts/{id}/{step}`.
pub(crate) async fn show(
    State(idp): State<Idp>,
    Path((id, step)): Path<(Uuid, String)>,
    admin: Admin,
    StrictQuery(Looking { faults }): StrictQuery<Looking>,
) -> Result<Response, Error> {
    let (draft, form, step) = load(&idp, &admin, (id, &step)).await?;
    let fields = match faults.as_str() {
        "" => Fields::new(),
        "taken" => Fields::fault("entity_id", "field-entity-id-taken"),
        _ => page_faults(&idp, (&draft, &form), step).await?,
    };
    let conflict = conflict(&idp, &draft, &form).await?;
    let (preview, people) = match step {
        Step::Claims => {
            let read = idp.store().read().await.map_err(broken)?;
            let people = users::list(&read, "", OFFERED).await.map_err(broken)?;
            drop(read);
            let people = people.iter().map(|user| user.email.shown().to_owned()).collect();
            (Some(preview(&idp, &admin, (&draft, &form)).await?), people)
        }
        _ => (None, Vec::new()),
    };
    let pages = pages(&draft, &form, step);
    let rows = if fields.of("claims").is_some() { form.judged_rows() } else { form.rows() };
    idp.site().render(&WizardPage {
        console: console(&idp, &admin, LIST),
        path: page_path(draft.id, step),
        draft_path: format!("{LIST}/drafts/{}", draft.id),
        changes: draft.becomes.application(),
        step,
        saves: pages.last().is_some_and(|page| page.state == "now"),
        has_previous: pages.first().is_some_and(|page| page.state != "now"),
        pages,
        rows,
        fields,
        stale: !admin.is_fresh(&idp),
        choices: Choices::all(),
        preview,
        people,
        conflict,
        guide: (draft.integration == Integration::Atlassian).then(|| guide(&draft, &form, step)),
        unique_id: super::preview::unique_id(&form),
        form: &form,
    })
}

/// The row of pages above the form.
fn pages(draft: &Draft, form: &ApplicationForm, step: Step) -> Vec<Page> {
    let steps = steps(draft);
    let at = steps.iter().position(|known| *known == step).unwrap_or(0);
    let page = |(index, known): (usize, &Step)| Page {
        number: index + 1,
        label: format!("wizard-{}", known.as_str()),
        path: page_path(draft.id, *known),
        state: match index {
            _ if index == at => "now",
            _ if form.faults(draft.integration, *known).is_empty()
                && (index < at || draft.becomes != Becomes::New) =>
            {
                "done"
            }
            _ => "todo",
        },
    };
    steps.iter().enumerate().map(page).collect()
}

/// How far the guide's seven steps are: the last four come when the application is saved.
fn guide(draft: &Draft, form: &ApplicationForm, step: Step) -> [&'static str; 7] {
    let done = |step| form.faults(draft.integration, step).is_empty();
    let state = |now: bool, done: bool| match (now, done) {
        (true, _) => "now",
        (false, true) => "done",
        (false, false) => "todo",
    };
    let first = state(step == Step::Fallback, form.fallback().is_ok() || draft.becomes != Becomes::New);
    let second = state(step == Step::ServiceProvider, done(Step::ServiceProvider));
    let third = state(matches!(step, Step::Application | Step::Claims), false);
    [first, second, third, "todo", "todo", "todo", "todo"]
}

/// `POST /admin/applications/drafts/{id}/{step}`: what was typed is kept, whatever comes of it.
pub(crate) async fn post(
    State(idp): State<Idp>,
    Path((id, step)): Path<(Uuid, String)>,
    admin: Admin,
    CheckedForm(posted): CheckedForm<Posted>,
) -> Result<Response, Turned> {
    let (draft, mut form, step) = load(&idp, &admin, (id, &step)).await?;
    let go = posted.go.clone().unwrap_or_default();
    form.take(step, posted);
    let (content, now) = (write(&form)?, idp.now());
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::keep(&tx, &admin.word(), (&draft, &content), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    let steps = steps(&draft);
    let at = steps.iter().position(|known| *known == step).unwrap_or(0);
    let to = match go.as_str() {
        "back" => page_path(draft.id, steps[at.saturating_sub(1)]),
        "leave" => draft.becomes.application().map_or_else(|| LIST.to_owned(), path),
        "preview" => format!("{}#preview", page_path(draft.id, step)),
        "save" => return save(&idp, &admin, (&draft, &form), step).await,
        _ if !page_faults(&idp, (&draft, &form), step).await?.is_empty() => faulty_path(draft.id, step, "on"),
        _ => page_path(draft.id, steps.get(at + 1).copied().unwrap_or(step)),
    };
    Ok(Redirect::to(&to).into_response())
}

/// Saves, or leads to the first page that has a fault.
async fn save(
    idp: &Idp,
    admin: &Admin,
    (draft, form): (&Draft, &ApplicationForm),
    step: Step,
) -> Result<Response, Turned> {
    for step in steps(draft) {
        if !page_faults(idp, (draft, form), *step).await?.is_empty() {
            return Ok(Redirect::to(&faulty_path(draft.id, *step, "on")).into_response());
        }
    }
    // For whom it is, is said on the application's own page and not changed from here.
    let settings = form.read((draft.integration, Audience::Everyone), &mut Fields::new());
    let settings = settings.ok_or_else(|| Error::internal(NotRead))?;
    // Where assertions go is a dangerous thing to say. What was typed waits in the draft.
    let _fresh = admin.fresh(idp, &page_path(draft.id, step))?;
    let asked = steps(draft).contains(&Step::Fallback);
    let fallback = asked.then(|| form.fallback().ok()).flatten().map(|address| address.shown().to_owned());
    let now = idp.now();
    let ready = Ready { settings, new: idp.draw_application(now), fallback };
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::save(&tx, &admin.word(), (draft, ready), now).await;
    let to = match act::settle(tx, done).await.map_err(broken)? {
        Ok(id) => path(id),
        Err(Refusal::EntityIdTaken) => faulty_path(draft.id, Step::ServiceProvider, "taken"),
        // The page says what the other one has changed.
        Err(Refusal::ChangedMeanwhile) => page_path(draft.id, step),
        Err(refusal) => return Err(refusal_page(refusal).into()),
    };
    Ok(Redirect::to(&to).into_response())
}

/// Pages without a fault that do not make settings: a defect of the form.
#[derive(Debug, thiserror::Error)]
#[error("a form without faults makes no settings")]
struct NotRead;

/// Which version the person has seen.
#[derive(Debug, Deserialize)]
pub(crate) struct RebaseForm {
    version: i64,
    step: String,
}

/// `POST /admin/applications/drafts/{id}/rebase`: "Go on with mine".
pub(crate) async fn rebase(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(form): CheckedForm<RebaseForm>,
) -> Result<Response, Error> {
    let (draft, _, step) = load(&idp, &admin, (id, &form.step)).await?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::rebase(&tx, &admin.word(), (&draft, Version(form.version)), now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    Ok(Redirect::to(&page_path(draft.id, step)).into_response())
}

/// `POST /admin/applications/drafts/{id}/discard`.
pub(crate) async fn discard(
    State(idp): State<Idp>,
    Path(id): Path<Uuid>,
    admin: Admin,
    CheckedForm(Nothing {}): CheckedForm<Nothing>,
) -> Result<Response, Error> {
    let draft = find_draft(&idp, &admin, id).await?;
    let now = idp.now();
    let tx = idp.store().begin().await.map_err(broken)?;
    let done = acts::discard(&tx, &admin.word(), &draft, now).await;
    act::settle(tx, done).await.map_err(broken)?.map_err(refusal_page)?;
    let to = draft.becomes.application().map_or_else(|| LIST.to_owned(), path);
    Ok(Redirect::to(&to).into_response())
}

/// A draft of this person, what was typed in it, and the page asked for.
pub(super) async fn load(
    idp: &Idp,
    admin: &Admin,
    (id, step): (Uuid, &str),
) -> Result<(Draft, ApplicationForm, Step), Error> {
    let draft = find_draft(idp, admin, id).await?;
    let form = serde_json::from_str(&draft.content).map_err(Error::internal)?;
    let step = steps(&draft).iter().copied().find(|known| known.as_str() == step);
    Ok((draft, form, step.ok_or_else(Error::not_found)?))
}

async fn find_draft(idp: &Idp, admin: &Admin, id: Uuid) -> Result<Draft, Error> {
    admin.may(Permission::Applications)?;
    let read = idp.store().read().await.map_err(broken)?;
    let draft = drafts::find(&read, DraftId::new(id), admin.user.id).await.map_err(broken)?;
    draft.ok_or_else(|| refusal_page(Refusal::NoSuchDraft))
}

/// What is wrong on a page, with what only the database knows.
pub(super) async fn page_faults(
    idp: &Idp,
    (draft, form): (&Draft, &ApplicationForm),
    step: Step,
) -> Result<Fields, Error> {
    let mut fields = form.faults(draft.integration, step);
    if step == Step::Fallback
        && let Some(address) = fields.check("fallback", form.fallback())
    {
        let read = idp.store().read().await.map_err(broken)?;
        if users::has_domain(&read, address.domain()).await.map_err(broken)? {
            fields.add("fallback", "field-fallback-domain");
        }
    }
    Ok(fields)
}

/// The pages of a draft: the fallback administrator is asked for once.
fn steps(draft: &Draft) -> &'static [Step] {
    let all = Step::of(draft.integration);
    match (draft.becomes, all) {
        (Becomes::Change(..), [Step::Fallback, rest @ ..]) => rest,
        _ => all,
    }
}

/// Where a draft is taken up.
pub(super) fn first(draft: &Draft) -> Step {
    steps(draft).first().copied().unwrap_or(Step::Application)
}

fn write(form: &ApplicationForm) -> Result<String, Error> {
    serde_json::to_string(form).map_err(Error::internal)
}

pub(super) fn page_path(id: DraftId, step: Step) -> String {
    format!("{LIST}/drafts/{id}/{}", step.as_str())
}

fn faulty_path(id: DraftId, step: Step, faults: &str) -> String {
    format!("{}?faults={faults}", page_path(id, step))
}

/// People to choose from for a preview; any other address can be typed.
const OFFERED: u32 = 50;
