//! Texts: every message that is used is defined, and the other way round. (Every page is rendered by the journeys.)

use std::path::Path;

use web::text::{MessageCheck, assert_messages};

#[test]
fn messages_used_and_defined_are_one_set() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["src", "templates", "../console/src", "../console/templates"].map(|folder| root.join(folder));
    assert_messages(&MessageCheck {
        used_in: &folders.each_ref().map(|folder| folder.as_path()),
        defined_in: &[idp::MESSAGES, console::MESSAGES],
        built: &[
            "role-",
            "instance-",
            "format-",
            "name-format-",
            "signs-",
            "audience-",
            "wizard-",
            "method-",
            "qr-over-",
        ],
    });
}
