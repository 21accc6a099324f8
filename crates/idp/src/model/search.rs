//! Finding by the beginning of any word: what is kept of a text, and what a query asks for.

use super::user::User;

/// The words by whose beginning a person is found: of both names, of the address (whole, its parts, its domain) and of the
/// user name. Lower case, each once.
pub fn words_of(user: &User) -> Vec<String> {
    let (first, last) = (user.first_name.as_str(), user.last_name.as_str());
    let (email, username) = (user.email.as_str(), user.username.as_str());
    let local = email.split('@').next().unwrap_or_default();
    let mut words: Vec<String> = [first, last, local].into_iter().flat_map(words).collect();
    words.extend([first, last].into_iter().flat_map(str::split_whitespace).map(str::to_lowercase));
    words.extend([email, user.email.domain(), username].map(str::to_lowercase));
    words.sort_unstable();
    words.dedup();
    words
}

/// What is between white space and signs, lower case.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// A query: each of its terms is the beginning of some word. At most [`TERMS`] count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Vec<String>);

impl Query {
    /// Reads what was typed; nothing when there is no letter or digit in it.
    pub fn parse(text: &str) -> Option<Self> {
        let terms = text.split_whitespace().map(|term| term.trim_matches(|c: char| !c.is_alphanumeric()));
        let terms = terms.filter(|term| !term.is_empty()).map(str::to_lowercase);
        let terms: Vec<_> = terms.take(TERMS).collect();
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The terms, never none.
    pub fn terms(&self) -> &[String] {
        &self.0
    }

    /// Whether every term begins a word of `text`.
    pub fn finds(&self, text: &str) -> bool {
        let known: Vec<_> = words(text).collect();
        self.0.iter().all(|term| words(term).all(|part| known.iter().any(|word| word.starts_with(&part))))
    }
}

/// More terms than anybody has words.
pub const TERMS: usize = 3;

#[cfg(test)]
mod tests {
    use console::person::{DisplayName, EmailAddress};

    use super::*;
    use crate::model::user::tests::maya;

    #[test]
    fn a_person_is_found_by_each_word() {
        let mut user = maya();
        user.last_name = DisplayName::parse("Okafor-Smith van Dyk").expect("a name");
        user.email = EmailAddress::parse("M.Okafor@Acme.example").expect("an address");
        let words = words_of(&user);
        for word in [
            "maya",
            "okafor",
            "smith",
            "okafor-smith",
            "van",
            "dyk",
            "m",
            "m.okafor@acme.example",
            "acme.example",
        ] {
            assert!(words.iter().any(|known| known == word), "{word} in {words:?}");
        }
        assert!(words.iter().all(|word| *word == word.to_lowercase()));
    }

    #[test]
    fn every_term_begins_a_word() {
        let finds = |query: &str, text: &str| Query::parse(query).is_some_and(|query| query.finds(text));
        for (query, found) in [
            ("idp conf", true),
            ("CONF", true),
            ("core idp", true),
            ("onfig", false),
            ("idp nothing", false),
            ("sign-on url", false),
            ("  ", false),
            ("- !", false),
        ] {
            assert_eq!(finds(query, "IdP Configuration: Core Configuration"), found, "{query}");
        }
        assert!(finds("sign-on", "Single Sign-On URL"));
        assert_eq!(Query::parse("a b c d").map(|query| query.terms().len()), Some(TERMS));
    }
}
