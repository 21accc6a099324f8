//! The test that message ids used and message ids defined are one set.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fluent::FluentResource;

/// Where a service uses messages and where it defines them.
#[derive(Debug)]
pub struct MessageCheck<'a> {
    /// Folders of templates (`*.html`) and of sources (`*.rs`).
    pub used_in: &'a [&'a Path],
    /// The service's own `.ftl` files, as text.
    pub defined_in: &'a [&'a str],
    /// Ids that are put together at run time, beginning with one of these, count as used.
    pub built: &'a [&'a str],
}

/// Fails unless the ids used and the ids defined are the same set.
///
/// Used in a template is `"id"|t`; used in code is any string literal that is a defined id, and a
/// literal given to `Message::new(…)` or beginning with `error-` must be defined. What `web`
/// itself defines may be used by all.
///
/// # Panics
/// With the ids that are missing or idle: this is for tests.
pub fn assert_messages(check: &MessageCheck<'_>) {
    let defined: BTreeSet<String> = check.defined_in.iter().flat_map(|file| ids(file)).collect();
    let shared: BTreeSet<String> = ids(super::MESSAGES).into_iter().collect();
    let mut used = BTreeSet::new();
    let mut mentioned = BTreeSet::new();
    for path in check.used_in.iter().flat_map(|folder| files(folder)) {
        let source = fs::read_to_string(&path).unwrap_or_default();
        let found = if path.extension().is_some_and(|e| e == "html") {
            in_template(&source)
        } else {
            in_code(&source)
        };
        used.extend(found.required);
        mentioned.extend(found.mentioned);
    }
    let missing: Vec<_> = used.iter().filter(|id| !defined.contains(*id) && !shared.contains(*id)).collect();
    assert!(missing.is_empty(), "used but not defined: {missing:?}");
    let is_built = |id: &String| check.built.iter().any(|prefix| id.starts_with(prefix));
    let idle: Vec<_> = defined
        .iter()
        .filter(|id| !used.contains(*id) && !mentioned.contains(*id) && !is_built(id))
        .collect();
    assert!(idle.is_empty(), "defined but not used: {idle:?}");
}

struct Found {
    required: BTreeSet<String>,
    mentioned: BTreeSet<String>,
}

/// Ids of the messages that a file defines; an attribute is `id.attribute`, and not listed.
fn ids(file: &str) -> Vec<String> {
    let lines = file.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    let found = lines.filter_map(|line| line.split_once('=')).map(|(id, _)| id.trim().to_owned());
    let found: Vec<_> = found.collect();
    debug_assert!(FluentResource::try_new(file.to_owned()).is_ok(), "malformed message file");
    found
}

fn in_template(source: &str) -> Found {
    let mut required = BTreeSet::new();
    let mut mentioned = BTreeSet::new();
    for (literal, _, after) in literals(source) {
        let after = after.trim_start();
        let filtered = after.strip_prefix('|').map(str::trim_start).and_then(|f| f.strip_prefix('t'));
        let is_message =
            filtered.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        if is_message {
            required.insert(without_attribute(literal));
        } else {
            mentioned.insert(without_attribute(literal));
        }
    }
    Found { required, mentioned }
}

fn in_code(source: &str) -> Found {
    let mut required = BTreeSet::new();
    let mut mentioned = BTreeSet::new();
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let source = lines.collect::<Vec<_>>().join("\n");
    for (literal, before, _) in literals(&source) {
        let id = without_attribute(literal);
        let is_error = id.strip_prefix("error-").is_some_and(|rest| !rest.is_empty());
        if before.trim_end().ends_with("Message::new(") || is_error {
            required.insert(id);
        } else {
            mentioned.insert(id);
        }
    }
    Found { required, mentioned }
}

/// Every `"…"` that could be an id, with what stands before and after it.
fn literals(source: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let quotes: Vec<usize> = source.match_indices('"').map(|(at, _)| at).collect();
    let pairs: Vec<_> = quotes.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().filter_map(move |(from, to)| {
        let literal = &source[from + 1..to];
        let is_id = literal.starts_with(|c: char| c.is_ascii_lowercase())
            && literal
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        is_id.then(|| (literal, &source[..from], &source[to + 1..]))
    })
}

fn without_attribute(id: &str) -> String {
    id.split('.').next().unwrap_or_default().to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "html" || e == "rs") {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn templates() {
        let found =
            in_template(r#"<p class="a-b">{{ "x-title"|t }} {{ "y" | t|with("n", 1) }} {{ "z"|title }}</p>"#);
        assert_eq!(list(&found.required), ["x-title", "y"]);
        assert!(found.mentioned.contains("z"));
    }

    #[test]
    fn code() {
        let source = "// Message::new(\"a-comment\")\nMessage::new(\"user-invited\"); Error::new(S, \"error-gone\"); let x = \"other-id\";\n#[cfg(test)] \"error-no\"";
        let found = in_code(source);
        assert_eq!(list(&found.required), ["error-gone", "user-invited"]);
        assert!(found.mentioned.contains("other-id"));
    }

    #[test]
    fn definitions() {
        assert_eq!(ids("a-b = x\n    .title = y\n# c = d\ne = f\n    more\n"), ["a-b", "e"]);
    }
}
