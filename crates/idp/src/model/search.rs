//! Finding people by the beginning of any word: what is kept of each.

use super::user::User;

pub use console::search::{Query, TERMS, words};

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
}
