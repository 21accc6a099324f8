//! Messages used and messages defined are one set.

use std::path::Path;

use web::text::{MessageCheck, assert_messages};
use web::{Message, Text};

#[test]
fn messages_of_this_crate() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_messages(&MessageCheck {
        used_in: &[&here.join("src"), &here.join("templates")],
        defined_in: &[web::text::MESSAGES],
        built: &[],
    });
}

#[test]
#[should_panic(expected = "used but not defined")]
fn a_missing_message_is_found() {
    // This very file names messages that `web` does not define.
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all");
    assert_messages(&MessageCheck { used_in: &[&here], defined_in: &[], built: &[] });
}

#[test]
#[should_panic(expected = "defined but not used")]
fn an_idle_message_is_found() {
    assert_messages(&MessageCheck { used_in: &[], defined_in: &["idle = nobody says this"], built: &[] });
}

#[test]
fn files_that_cannot_be_used() {
    assert!(Text::english(&["brand = Twice"]).is_err());
    assert!(Text::english(&["= nothing"]).is_err());
}

#[test]
fn arguments_plurals_and_the_unknown() {
    let text = Text::english(&["greeting = Hello { $name }"]).expect("texts");
    let say = |message| text.say(&message);
    assert_eq!(say(Message::new("greeting").with("name", "Maya")), "Hello Maya");
    assert_eq!(say(Message::new("error-too-many").with("seconds", 1)).matches("one second").count(), 1);
    assert_eq!(say(Message::new("error-busy.title")), "Very busy");
    assert_eq!(say(Message::new("no-such-message")), "no-such-message");
}
