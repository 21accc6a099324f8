//! The pages of the products.

use askama::Template;
use axum::response::Response;
use web::page::Person;
use web::{CsrfToken, Error, Site, filters};

use super::kind::{DOCUMENTS, Document, ISSUES, Issue, Kind, Lane, View};
use super::shop::STYLE;

/// What every page has around its content.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// The path of the page shown.
    pub(super) path: &'static str,
    /// Where the organisation is.
    pub(super) organization: String,
    /// Who is signed in.
    pub(super) person: Person,
    pub(super) csrf: CsrfToken,
}

/// A page for somebody who is signed in.
///
/// # Errors
/// When a template fails.
pub(super) fn show(site: &Site, frame: Frame, view: View) -> Result<Response, Error> {
    match view {
        View::Work => site.render(&Work { frame, issues: &ISSUES }),
        View::Board => site.render(&Board { frame, lanes: Lane::ALL }),
        View::Issue(issue) => site.render(&IssuePage { frame, issue }),
        View::Documents => site.render(&Documents { frame, documents: &DOCUMENTS }),
        View::Document(document) => site.render(&DocumentPage { frame, document }),
        View::Repositories => site.render(&Repositories { frame }),
        View::Repository => site.render(&Repository { frame }),
        View::PullRequest => site.render(&PullRequest { frame }),
        View::Components => site.render(&Components { frame, systems: SYSTEMS }),
        View::Incident => site.render(&Incident { frame }),
    }
}

/// The page after signing out.
///
/// # Errors
/// When the template fails.
pub(super) fn signed_out(site: &Site, kind: Kind, organization: &str) -> Result<Response, Error> {
    site.render(&SignedOut { kind, organization })
}

#[derive(Template)]
#[template(path = "products/work.html")]
struct Work {
    frame: Frame,
    issues: &'static [Issue],
}

#[derive(Template)]
#[template(path = "products/board.html")]
struct Board {
    frame: Frame,
    lanes: [Lane; 3],
}

#[derive(Template)]
#[template(path = "products/issue.html")]
struct IssuePage {
    frame: Frame,
    issue: &'static Issue,
}

#[derive(Template)]
#[template(path = "products/documents.html")]
struct Documents {
    frame: Frame,
    documents: &'static [Document],
}

#[derive(Template)]
#[template(path = "products/document.html")]
struct DocumentPage {
    frame: Frame,
    document: &'static Document,
}

#[derive(Template)]
#[template(path = "products/repositories.html")]
struct Repositories {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "products/repository.html")]
struct Repository {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "products/pull_request.html")]
struct PullRequest {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "products/components.html")]
struct Components {
    frame: Frame,
    /// What runs, and on which of the last thirty days it did badly.
    systems: [(&'static str, Option<u32>); 4],
}

#[derive(Template)]
#[template(path = "products/incident.html")]
struct Incident {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "products/signed_out.html")]
struct SignedOut<'a> {
    kind: Kind,
    organization: &'a str,
}

const SYSTEMS: [(&str, Option<u32>); 4] =
    [("Storefront", None), ("Checkout", Some(24)), ("Warehouse", None), ("Single sign-on", None)];

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use std::sync::Arc;
    use web::{PublicUrl, Text};

    async fn html(response: Response) -> String {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_page_of_every_product_says_who_is_signed_in() {
        let url = PublicUrl::parse("http://jira.localhost:8095").unwrap();
        let chance = Arc::new(|bytes: &mut [u8]| bytes.fill(7));
        for kind in Kind::ALL {
            let site = Site::new(kind.service(), url.clone(), Text::english(&[]).unwrap(), chance.clone());
            let mut paths = Vec::new();
            for page in kind.pages() {
                let frame = Frame {
                    kind,
                    path: page.path,
                    organization: "http://acme.localhost:8090".to_owned(),
                    person: Person {
                        name: "Maya <Okafor>".to_owned(),
                        email: "maya@acme.example".to_owned(),
                    },
                    csrf: CsrfToken::sample(),
                };
                let html = html(show(&site, frame, page.view).unwrap()).await;
                assert!(html.contains("Signed in as"), "{}", page.path);
                assert!(
                    !html.contains("Maya <Okafor>") && html.contains("maya@acme.example"),
                    "{}",
                    page.path
                );
                assert!(html.contains("sample product"), "{}", page.path);
                assert!(!html.contains(" style=") && !html.contains("<script>"), "{}", page.path);
                paths.push(page.path);
            }
            let linked = kind.nav().iter().map(|(_, path)| *path).chain([kind.deep_link()]);
            assert!(linked.into_iter().all(|path| paths.contains(&path)), "{kind:?}");
            assert!(paths.len() >= 2, "{kind:?}");
        }
    }
}
