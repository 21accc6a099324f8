//! The clocks of a code, in the time that they really take: 30 seconds on the screen, a minute of life, two minutes from
//! the moment a phone opens it. What takes longer is tested with a movable clock beside the code.

use std::time::{Duration, Instant};

use crate::demo::Demo;
use crate::two_screens::Screens;

#[tokio::test]
async fn journey_clocks_of_a_code_that_rotates_and_of_one_that_is_over() {
    let demo = Demo::start();
    let it = Screens::of_maya(&demo).await;
    let page = it.at.deep_link();

    // One sign-in as far as its digits, and left there, on both screens.
    let slow = it.code().await;
    let opened = Instant::now();
    it.open(&slow).await;
    let digits = it.digits().await;
    let (slow_desktop, slow_phone) = (it.desktop.tab().await, it.phone.tab().await);

    // Another one, whose code rotates meanwhile.
    it.desktop.open_tab("about:blank").await;
    it.ask(&it.at.product("confluence")).await;
    let first = it.scan().await;
    let shown = Instant::now();
    let second = next_code(&it, &first).await;
    assert!(shown.elapsed() > Duration::from_secs(25), "{:?}", shown.elapsed());
    it.phone.open_tab(&first).await;
    it.phone.wait_for_text("Sign in on another screen?").await;
    next_code(&it, &second).await;
    tokio::time::sleep(Duration::from_secs(61).saturating_sub(shown.elapsed())).await;
    it.phone.click_role("button", "Show me").await;
    it.phone.wait_for_text("This code is not shown any more").await;
    it.phone.goto(&first).await;
    it.phone.wait_for_text("This code is not shown any more").await;
    assert_eq!(it.read_state().await, "waiting", "nobody has opened the one that is shown");

    // Two minutes after the phone came, the first one is over, on the desktop by itself.
    tokio::time::sleep(Duration::from_secs(121).saturating_sub(opened.elapsed())).await;
    it.desktop.close_tab().await;
    it.desktop.switch_to(&slow_desktop).await;
    it.desktop.wait_for_text("This code is over").await;
    it.phone.switch_to(&slow_phone).await;
    it.type_digits(&digits).await;
    it.phone.wait_for_text("It took too long").await;
    it.desktop.refresh().await;
    it.desktop.wait_for_text("Your sign-in is still here").await;

    // And it is: a new code, and home.
    let fresh = it.new_code().await;
    it.approved(&fresh).await;
    it.home_as_maya(&page).await;
    it.close().await;
}

/// What the pixels say when they no longer say this.
async fn next_code(it: &Screens, before: &str) -> String {
    let begun = Instant::now();
    loop {
        let code = it.read_code().await;
        if code != before {
            return code;
        }
        assert!(begun.elapsed() < Duration::from_secs(45), "the code does not rotate");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
