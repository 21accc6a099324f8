//! Which four products there are, and what stands on their pages. The names are all that they
//! have of anybody else's.

use serde::{Deserialize, Serialize};
use web::Service;

/// A sample product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Issues.
    Jira,
    /// Pages.
    Confluence,
    /// Code.
    Bitbucket,
    /// What runs.
    Statuspage,
}

impl Kind {
    /// All four, in the order in which they are shown.
    pub(super) const ALL: [Self; 4] = [Self::Jira, Self::Confluence, Self::Bitbucket, Self::Statuspage];

    /// What it is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Jira => "Jira",
            Self::Confluence => "Confluence",
            Self::Bitbucket => "Bitbucket",
            Self::Statuspage => "Statuspage",
        }
    }

    /// The name in its host.
    pub(super) const fn word(self) -> &'static str {
        self.service().name()
    }

    /// The name in its cookies.
    pub(super) const fn service(self) -> Service {
        match self {
            Self::Jira => Service::new("jira"),
            Self::Confluence => Service::new("confluence"),
            Self::Bitbucket => Service::new("bitbucket"),
            Self::Statuspage => Service::new("statuspage"),
        }
    }

    /// A page deep inside: what a colleague would send a link to.
    pub(super) const fn deep_link(self) -> &'static str {
        match self {
            Self::Jira => "/browse/ACME-42",
            Self::Confluence => "/wiki/ACME/rollout-plan",
            Self::Bitbucket => "/acme/storefront/pull-requests/17",
            Self::Statuspage => "/incidents/slow-checkout",
        }
    }

    /// What leads where from every page of it.
    pub(super) const fn nav(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Jira => &[("Your work", "/"), ("Board", "/boards/ACME")],
            Self::Confluence => &[("Home", "/"), ("Rollout plan", "/wiki/ACME/rollout-plan")],
            Self::Bitbucket => &[("Repositories", "/"), ("storefront", "/acme/storefront")],
            Self::Statuspage => &[("Components", "/"), ("Last incident", "/incidents/slow-checkout")],
        }
    }

    /// Every page of it.
    pub(super) const fn pages(self) -> &'static [Page] {
        match self {
            Self::Jira => JIRA,
            Self::Confluence => CONFLUENCE,
            Self::Bitbucket => BITBUCKET,
            Self::Statuspage => STATUSPAGE,
        }
    }
}

/// A page of a product.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) path: &'static str,
    pub(super) view: View,
}

/// What a page shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// A list of issues.
    Work,
    /// The same on a board.
    Board,
    /// One of them.
    Issue(&'static Issue),
    /// Pages that were changed lately.
    Documents,
    /// One of them.
    Document(&'static Document),
    /// Repositories.
    Repositories,
    /// One of them.
    Repository,
    /// A change to it.
    PullRequest,
    /// What runs, and how well.
    Components,
    /// What did not.
    Incident,
}

/// An issue.
#[derive(Debug)]
pub(super) struct Issue {
    pub(super) key: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) lane: Lane,
    pub(super) assignee: &'static str,
    pub(super) priority: &'static str,
    pub(super) text: &'static [&'static str],
    /// Who said what.
    pub(super) comments: &'static [(&'static str, &'static str)],
}

/// How far an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    ToDo,
    InProgress,
    Done,
}

impl Lane {
    pub(super) const ALL: [Self; 3] = [Self::ToDo, Self::InProgress, Self::Done];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::InProgress => "In progress",
            Self::Done => "Done",
        }
    }

    /// The colour of its badge.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Self::ToDo => "neutral",
            Self::InProgress => "accent",
            Self::Done => "good",
        }
    }

    /// The issues in it.
    pub(super) fn issues(self) -> impl Iterator<Item = &'static Issue> {
        ISSUES.iter().filter(move |issue| issue.lane == self)
    }
}

/// A page of the wiki.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    pub(super) author: &'static str,
    pub(super) changed: &'static str,
    pub(super) lead: &'static str,
    /// Headings, and what stands below each.
    pub(super) parts: &'static [(&'static str, &'static [&'static str])],
}

const JIRA: &[Page] = &[
    Page { path: "/", view: View::Work },
    Page { path: "/boards/ACME", view: View::Board },
    Page { path: ISSUES[0].path, view: View::Issue(&ISSUES[0]) },
    Page { path: ISSUES[1].path, view: View::Issue(&ISSUES[1]) },
    Page { path: ISSUES[2].path, view: View::Issue(&ISSUES[2]) },
    Page { path: ISSUES[3].path, view: View::Issue(&ISSUES[3]) },
    Page { path: ISSUES[4].path, view: View::Issue(&ISSUES[4]) },
];

const CONFLUENCE: &[Page] = &[
    Page { path: "/", view: View::Documents },
    Page { path: DOCUMENTS[0].path, view: View::Document(&DOCUMENTS[0]) },
    Page { path: DOCUMENTS[1].path, view: View::Document(&DOCUMENTS[1]) },
];

const BITBUCKET: &[Page] = &[
    Page { path: "/", view: View::Repositories },
    Page { path: "/acme/storefront", view: View::Repository },
    Page { path: "/acme/storefront/pull-requests/17", view: View::PullRequest },
];

const STATUSPAGE: &[Page] = &[
    Page { path: "/", view: View::Components },
    Page { path: "/incidents/slow-checkout", view: View::Incident },
];

/// What Acme works on.
pub(super) static ISSUES: [Issue; 5] = [
    Issue {
        key: "ACME-42",
        path: "/browse/ACME-42",
        summary: "Move the support team to single sign-on",
        lane: Lane::InProgress,
        assignee: "Maya Okafor",
        priority: "High",
        text: &[
            "Support signs in to eleven tools a day and resets a password every week. Move the team to \
             passkeys first, with single sign-on for every product, before the rest of the company follows.",
            "Done when all fourteen people have a passkey on their phone, nobody has asked for a password \
             for a week, and the fallback administrator has tried the way back once.",
        ],
        comments: &[
            (
                "Jonas Berg",
                "Eleven of fourteen have enrolled their phone. The other three are on the late shift.",
            ),
            ("Maya Okafor", "I will be at their desks on Thursday. It takes a minute each."),
        ],
    },
    Issue {
        key: "ACME-45",
        path: "/browse/ACME-45",
        summary: "Write the page for joiners: your first passkey",
        lane: Lane::ToDo,
        assignee: "Jonas Berg",
        priority: "Medium",
        text: &["One page, three pictures: open the link, touch the sensor, done."],
        comments: &[],
    },
    Issue {
        key: "ACME-48",
        path: "/browse/ACME-48",
        summary: "Retire the form for forgotten passwords",
        lane: Lane::ToDo,
        assignee: "Maya Okafor",
        priority: "Low",
        text: &["Blocked by ACME-42. There is nothing left to forget then."],
        comments: &[],
    },
    Issue {
        key: "ACME-51",
        path: "/browse/ACME-51",
        summary: "Nightly export stops at two gigabytes",
        lane: Lane::InProgress,
        assignee: "Jonas Berg",
        priority: "High",
        text: &["The export is cut off without a message. The counter is 32 bits wide."],
        comments: &[("Maya Okafor", "Fixed in pull request 17, please review.")],
    },
    Issue {
        key: "ACME-37",
        path: "/browse/ACME-37",
        summary: "Checkout shows the wrong currency in Canada",
        lane: Lane::Done,
        assignee: "Jonas Berg",
        priority: "Medium",
        text: &["Two shops share a cache key. Each now has its own."],
        comments: &[],
    },
];

/// What Acme has written down.
pub(super) static DOCUMENTS: [Document; 2] = [
    Document {
        path: "/wiki/ACME/rollout-plan",
        title: "Rollout plan: passwordless by spring",
        author: "Maya Okafor",
        changed: "Edited yesterday",
        lead: "Who moves to passkeys when, who helps, and what we do if something goes wrong.",
        parts: &[
            (
                "Who goes first",
                &[
                    "The support team, because they sign in most often and sit next to us. Then the \
                     warehouse, then everybody else, one department a week.",
                    "Nobody is moved on a Friday.",
                ],
            ),
            (
                "What people need",
                &["A phone with a screen lock, and one minute. The invitation arrives by mail; the link \
                     works once and for a day."],
            ),
            (
                "The way back",
                &["Robin keeps a passkey at the organisation itself, on an address that no identity \
                     provider speaks for. If sign-in breaks, Robin gets in and switches enforcement off."],
            ),
        ],
    },
    Document {
        path: "/wiki/ACME/questions",
        title: "Questions people ask about passkeys",
        author: "Jonas Berg",
        changed: "Edited last week",
        lead: "Short answers, to be copied into the chat.",
        parts: &[
            (
                "Does my fingerprint leave my phone?",
                &["No. The phone checks it and signs a challenge. That is all it sends."],
            ),
            (
                "I lost my phone. What now?",
                &["Call the help desk. They check that you are you and send a new link."],
            ),
            ("Do I still have a password somewhere?", &["No. There is none to steal."]),
        ],
    },
];
