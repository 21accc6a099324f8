//! Finding by the beginning of any word: what a query asks for.

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
    use super::*;

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
