//! What the documents say about the tree is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_test_that_the_threats_name_exists() {
    let threats = read("docs/THREATS.md");
    let named: Vec<_> = quoted(&threats).filter_map(|name| name.split_once("::")).collect();
    assert!(named.len() > 100, "the table is not read right: {}", named.len());
    let missing: Vec<_> =
        named.into_iter().filter(|(krate, test)| !tests_of(krate).contains(*test)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

#[test]
fn every_file_that_the_documents_name_exists() {
    for document in ["README.md", "docs/ARCHITECTURE.md", "docs/THREATS.md"] {
        let text = read(document);
        let paths = quoted(&text).filter(|name| name.contains('/') && name.ends_with(".rs"));
        let missing: Vec<_> =
            paths.filter(|path| !path.contains('{') && !root().join("crates").join(path).exists()).collect();
        assert!(missing.is_empty(), "{document} names {missing:?}");
        let linked: Vec<_> =
            text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).collect();
        let here = root().join(document);
        let lost: Vec<_> = linked
            .into_iter()
            .filter(|link| !link.is_empty() && !link.contains("://"))
            .filter(|link| !here.with_file_name("").join(link).exists())
            .collect();
        assert!(lost.is_empty(), "{document} links to {lost:?}");
    }
}

/// What stands between single backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

fn tests_of(krate: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("crates").join(krate)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.extend(tests_in(&path));
            }
        }
    }
    found
}

/// The functions that follow a `#[test]`, `#[tokio::test]` and the like.
fn tests_in(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let after_attribute = text.split("test").skip(1).filter(|rest| rest.starts_with([']', '(']));
    let functions = after_attribute.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
    functions.map(str::to_owned).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
