//! What layouts and macros of this crate show: prepared values, no decisions left to a template.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::browser::CsrfToken;
use crate::error::Error;
use crate::filters;
use crate::shell::Tracking;
use crate::site::Site;
use crate::text::Message;

/// What `console.html` needs beside the page's own: the field `console` of the page's struct.
#[derive(Debug, Clone)]
pub struct Console {
    /// Whose console it is: the deployment or organisation.
    pub place: String,
    /// The side navigation.
    pub nav: Vec<NavGroup>,
    /// Who is signed in.
    pub person: Person,
    /// Where the search box leads, with the query `q`; none without a search.
    pub search: Option<String>,
    /// Where the sign-out form posts.
    pub sign_out: String,
    /// The token for all forms of the page.
    pub csrf: CsrfToken,
    /// What stands around the content beside the navigation.
    pub around: Around,
}

/// What stands around the content of a console's page; the default is nothing.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// A way to another console: what it is called, and where it is.
    pub elsewhere: Option<(Message, String)>,
    /// What every page says until it is settled.
    pub banners: Vec<Banner>,
}

/// A remark on every page, with the way to settle it.
#[derive(Debug, Clone)]
pub struct Banner {
    /// How it is meant.
    pub kind: NoticeKind,
    /// What it says.
    pub message: Message,
    /// What the way on is called, and where it leads.
    pub way_on: (Message, String),
}

/// A part of the side navigation.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// Its heading, if it has one.
    pub title: Option<Message>,
    /// Its entries.
    pub items: Vec<NavItem>,
}

/// An entry of the side navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// What it is called.
    pub label: Message,
    /// The name of its picture in `icons.html`.
    pub icon: &'static str,
    /// Where it leads.
    pub path: String,
    /// Whether the page shown is this one or below it.
    pub current: bool,
}

impl NavItem {
    /// An entry; it is the current one when `shown`, the path of the page, is `path` or below it.
    pub fn new(label: impl Into<Message>, icon: &'static str, path: &str, shown: &str) -> Self {
        let below = shown.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Self { label: label.into(), icon, path: path.to_owned(), current: below }
    }
}

/// A person as pages name them.
#[derive(Debug, Clone)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A remark above the content of a page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// How it is meant.
    pub kind: NoticeKind,
    /// What it says.
    pub message: Message,
}

/// How a notice is meant: its colour and its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// For your information.
    Info,
    /// It worked.
    Success,
    /// Mind this.
    Warning,
    /// It failed, or will do harm.
    Danger,
}

impl NoticeKind {
    /// The word in class names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Where a table goes on, for `ui::pager`.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// The address of the page before, if there is one.
    pub previous: Option<String>,
    /// The address of the page after, if there is one.
    pub next: Option<String>,
}

/// A point in time as HTML: in UTC with the zone named; `local-time.js` adds the reader's own.
#[derive(Debug, Clone, Copy)]
pub struct Stamp(Timestamp);

impl Stamp {
    /// This point in time.
    pub fn new(time: Timestamp) -> Self {
        Self(time)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.to_zoned(TimeZone::UTC);
        write!(
            f,
            "<time class=\"stamp\" datetime=\"{}\" data-local>{}</time>",
            time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            time.strftime("%-d %b %Y, %H:%M UTC"),
        )
    }
}

/// Made of numbers and names of months.
impl HtmlSafe for Stamp {}

/// The first letters of the first and the last word of a name, for the round picture.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let letters = first.into_iter().chain(words.next_back());
    letters.flat_map(char::to_uppercase).collect()
}

/// The error page.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'a> {
    title: Message,
    sentence: &'a Message,
    hint: Option<Message>,
    way_on: Option<&'a (Message, String)>,
    code: &'a str,
    tracking: &'a str,
    status: u16,
}

impl<'a> ErrorPage<'a> {
    pub(crate) fn new(error: &'a Error, site: &Site, tracking: &'a Tracking) -> Self {
        let sentence = error.message();
        let part = |name: &str| {
            let part = sentence.as_id(format!("{}.{name}", sentence.id()));
            site.text().has(part.id()).then_some(part)
        };
        Self {
            title: part("title").unwrap_or_else(|| Message::new("error-heading")),
            sentence,
            hint: part("hint"),
            way_on: error.onward(),
            code: error.code(),
            tracking: tracking.as_str(),
            status: error.status().as_u16(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_letters() {
        for (name, letters) in [
            ("Maya Lindqvist", "ML"),
            ("maya", "M"),
            ("Ana María de la Cruz", "AC"),
            ("  ", ""),
            ("", ""),
            ("élodie ß", "ÉSS"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn stamps_name_their_zone() {
        let time = Timestamp::from_second(1_795_440_000).expect("time");
        assert_eq!(
            Stamp::new(time).to_string(),
            "<time class=\"stamp\" datetime=\"2026-11-23T13:20:00Z\" data-local>23 Nov 2026, 13:20 UTC</time>"
        );
    }

    #[test]
    fn the_current_entry() {
        let current = |path, shown| NavItem::new("nav", "home", path, shown).current;
        assert!(current("/admin/users", "/admin/users"));
        assert!(current("/admin/users", "/admin/users/7"));
        assert!(!current("/admin/users", "/admin/users-old"));
    }
}
