//! The crate table of docs/ARCHITECTURE.md, kept true by `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate and the workspace crates that it may use in its normal and build
/// dependencies. What is not listed is forbidden: `idp` and `org` know each
/// other only through SAML, and the protocol crates know no I/O.
const MAY_USE: &[(&str, &[&str])] = &[
    ("xmldsig", &[]),
    ("saml", &["xmldsig"]),
    ("webauthn", &[]),
    ("net", &[]),
    ("store", &[]),
    ("web", &[]),
    ("console", &["saml", "webauthn", "web", "net", "store"]),
    ("idp", &["xmldsig", "saml", "webauthn", "web", "net", "store", "console"]),
    ("org", &["xmldsig", "saml", "webauthn", "web", "net", "store", "console"]),
    ("server", &["xmldsig", "saml", "webauthn", "web", "net", "store", "console", "idp", "org"]),
    ("testkit", &["xmldsig", "saml", "webauthn"]),
];

/// Crates that perform input or output; the protocol crates must not reach them.
const INPUT_OUTPUT: &[&str] = &["tokio", "axum", "reqwest", "rusqlite", "tokio-postgres", "hyper"];

/// Never in the tree of the binary: other TLS and XML stacks (see docs/THREATS.md, T007 and T118).
const BANNED: &[&str] = &["openssl-sys", "ring", "quick-xml", "roxmltree", "xml-rs", "libxml", "samael"];

#[test]
fn every_crate_uses_only_what_its_row_allows() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let table: BTreeMap<&str, BTreeSet<&str>> =
        MAY_USE.iter().map(|(name, may)| (*name, may.iter().copied().collect())).collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let may = table.get(name).unwrap_or_else(|| panic!("{name} has no row in the crate table"));
        for dependency in &package.dependencies {
            let ours = table.contains_key(dependency.name.as_str());
            if ours && dependency.kind != DependencyKind::Development {
                assert!(may.contains(dependency.name.as_str()), "{name} must not use {}", dependency.name);
            }
        }
    }
    assert_eq!(metadata.packages.len(), MAY_USE.len(), "a row without a crate");
}

#[test]
fn protocol_crates_know_no_input_or_output() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        if !["xmldsig", "saml", "webauthn"].contains(&package.name.as_str()) {
            continue;
        }
        for dependency in &package.dependencies {
            assert!(
                dependency.kind == DependencyKind::Development
                    || !INPUT_OUTPUT.contains(&dependency.name.as_str()),
                "{} must not use {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn no_second_xml_or_tls_stack_is_in_the_binary() {
    // `cargo metadata` lists optional dependencies that nothing switches on; `cargo tree` does not.
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "server", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}"])
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains("xmldsig") && names.contains("aws-lc-rs"), "the tree is not that of the binary");
    for banned in BANNED {
        assert!(!names.contains(banned), "{banned} must not be in the binary");
    }
}
