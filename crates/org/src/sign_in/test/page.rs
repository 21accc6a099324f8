//! The page from which a test sign-in begins, and the one of its verdict.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;
use web::page::Console;
use web::{Error, FormAction, Message, filters};

use super::FindingLine;
use crate::admin::OrgAdmin;
use crate::answer::broken;
use crate::model::enforce::{Fingerprint, Outcome, TestSignIn};
use crate::model::{PolicyId, TestId};
use crate::service::Org;
use crate::store::{configurations, directories, domains, policies, test_sign_ins};

/// Where a test begins.
#[derive(Debug, Template)]
#[template(path = "admin/test_begin.html")]
pub(crate) struct BeginPage {
    pub(crate) console: Console,
    pub(crate) policy: String,
    pub(crate) action: String,
    pub(crate) ready: bool,
    pub(crate) tests: Vec<TestLine>,
}

/// A test as the list shows it.
#[derive(Debug)]
pub(crate) struct TestLine {
    pub(crate) path: String,
    pub(crate) at: Timestamp,
    pub(crate) tone: &'static str,
    pub(crate) verdict: Message,
}

/// What came of a test.
#[derive(Debug, Template)]
#[template(path = "admin/test_verdict.html")]
pub(crate) struct VerdictPage {
    pub(crate) console: Console,
    pub(crate) again: String,
    pub(crate) at: Timestamp,
    pub(crate) tone: &'static str,
    pub(crate) verdict: Message,
    pub(crate) code: Option<String>,
    pub(crate) no_stable_id: bool,
    pub(crate) lines: Vec<FindingLine>,
}

/// The policy in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Tested {
    pub(super) policy: String,
}

/// The test in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct Concluded {
    test: String,
}

/// `GET /admin/{organization}/policies/{policy}/test`.
pub(crate) async fn begin(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(Tested { policy }): Path<Tested>,
) -> Result<Response, Error> {
    let policy: PolicyId = policy.parse().map_err(|_| Error::not_found())?;
    let organization = admin.organization.id;
    let read = org.read().await?;
    let found = policies::find(&read, organization, policy).await.map_err(broken)?;
    let found = found.ok_or_else(Error::not_found)?;
    let configuration = configurations::of_directory(&read, found.directory).await.map_err(broken)?;
    let directory = directories::find(&read, organization, found.directory).await.map_err(broken)?;
    let linked = domains::linked_to(&read, organization, found.directory).await.map_err(broken)?;
    let tests = test_sign_ins::of_policy(&read, organization, policy).await.map_err(broken)?;
    drop(read);
    let (Some(configuration), Some(directory)) = (configuration, directory) else {
        return Err(Error::not_found());
    };
    let is = Fingerprint::of(&configuration, &directory, &linked);
    let now = org.now();
    let known = &configuration.identity_provider;
    let page = BeginPage {
        console: admin.console(),
        policy: found.name.to_string(),
        action: admin.path(&format!("/policies/{policy}/test")),
        ready: known.is_complete(),
        tests: tests.iter().map(|test| test_line(&admin, test, (&is, now))).collect(),
    };
    // The answer to the form leads to the identity provider.
    let target = known.sso_url.as_ref().and_then(|url| Url::parse(url.as_str()).ok());
    Ok((FormAction::to(&target), org.site().render(&page)?).into_response())
}

/// `GET /admin/{organization}/tests/{test}`.
pub(crate) async fn verdict(
    State(org): State<Org>,
    admin: OrgAdmin,
    Path(Concluded { test }): Path<Concluded>,
) -> Result<Response, Error> {
    let id: TestId = test.parse().map_err(|_| Error::not_found())?;
    let read = org.read().await?;
    let found = test_sign_ins::find(&read, admin.organization.id, id, org.now()).await.map_err(broken)?;
    drop(read);
    let (test, findings) = found.ok_or_else(Error::not_found)?;
    let lines: Vec<FindingLine> = serde_json::from_str(&findings).map_err(Error::internal)?;
    let (tone, verdict) = said(&test.outcome);
    let (code, no_stable_id) = match test.outcome {
        Outcome::WouldEnter { stable_id, .. } => (None, !stable_id),
        Outcome::Refused { code } => (Some(code), false),
    };
    let page = VerdictPage {
        console: admin.console(),
        again: admin.path(&format!("/policies/{}/test", test.policy)),
        at: test.at,
        tone,
        verdict,
        code,
        no_stable_id,
        lines,
    };
    org.site().render(&page)
}

fn test_line(admin: &OrgAdmin, test: &TestSignIn, (is, now): (&Fingerprint, Timestamp)) -> TestLine {
    let (tone, verdict) = match test.void(is, now) {
        Some(_) => ("neutral", "test-void".into()),
        None => said(&test.outcome),
    };
    TestLine { path: admin.path(&format!("/tests/{}", test.id)), at: test.at, tone, verdict }
}

fn said(outcome: &Outcome) -> (&'static str, Message) {
    match outcome {
        Outcome::WouldEnter { account: Some(_), .. } => ("good", "test-would-enter".into()),
        Outcome::WouldEnter { account: None, .. } => ("good", "test-would-be-created".into()),
        Outcome::Refused { .. } => ("bad", "test-would-be-refused".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::texts;
    use web::page::Person;

    fn console() -> Console {
        Console {
            place: "Acme".to_owned(),
            nav: Vec::new(),
            person: Person { name: "Frida".to_owned(), email: "frida@fallback.example".to_owned() },
            search: None,
            sign_out: "/logout".to_owned(),
            csrf: web::CsrfToken::sample(),
            around: web::page::Around::default(),
        }
    }

    #[test]
    fn both_pages_render_and_escape() {
        let hostile = "<b>\"&'";
        let at = Timestamp::UNIX_EPOCH;
        for ready in [true, false] {
            let line =
                TestLine { path: "/admin/tests/x".to_owned(), at, tone: "good", verdict: "test-void".into() };
            let page = BeginPage {
                console: console(),
                policy: hostile.to_owned(),
                action: "/admin/acme/policies/x/test".to_owned(),
                ready,
                tests: vec![line],
            };
            let html = texts().unwrap().render(&page).unwrap();
            assert!(!html.contains(hostile) && html.contains("Proves nothing"), "{html}");
            assert_eq!(html.contains("<form method=\"post\" action=\"/admin/acme/policies/x/test\">"), ready);
        }
        let broken = Some([hostile.to_owned(), "b".to_owned()]);
        let lines = vec![
            FindingLine { rule: "issuer".to_owned(), broken: None },
            FindingLine { rule: "audience".to_owned(), broken },
        ];
        let page = VerdictPage {
            console: console(),
            again: "/admin/acme/policies/x/test".to_owned(),
            at,
            tone: "bad",
            verdict: "test-would-be-refused".into(),
            code: Some(hostile.to_owned()),
            no_stable_id: true,
            lines,
        };
        let html = texts().unwrap().render(&page).unwrap();
        assert!(!html.contains(hostile) && html.contains("stable id"), "{html}");
    }
}
