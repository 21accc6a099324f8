//! `demo --browser`: two windows of the installed Chromium, a desktop and a phone, for machines
//! that have neither a fingerprint reader nor a phone.
//!
//! Each window has a virtual authenticator, attached from outside over the DevTools protocol: the
//! server has no back door, it sees a browser with a passkey. The desktop window is looked at as a
//! phone's camera would, by screenshot; a QR code of the identity provider found there is opened
//! in the phone window.
//!
//! - [`machine`] whether there is a screen and a Chromium
//! - [`shape`] how the two windows look, and where they stand
//! - [`window`] one browser with its own profile, an authenticator in every tab
//! - [`devtools`] the DevTools protocol, over a pipe
//! - [`passkeys`] what the authenticators hold, kept in the demo's folder
//! - [`camera`] a screenshot → the link in its QR code

mod camera;
mod devtools;
mod machine;
mod passkeys;
mod shape;
mod window;

use std::path::Path;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;
use web::PublicUrl;

use self::camera::Camera;
use self::devtools::DevToolsError;
use self::shape::Shape;
use self::window::Window;

pub(super) use self::machine::Machine;

/// The two windows.
#[derive(Debug)]
pub(super) struct Windows {
    stop: oneshot::Sender<()>,
    kept: JoinHandle<()>,
}

/// What they show first.
#[derive(Debug)]
pub(super) struct First<'a> {
    /// The product that the desktop opens.
    pub(super) product: &'a Url,
    /// The links by which Maya's computer and phone get their passkeys.
    pub(super) enrol: &'a [Url; 2],
    /// The identity provider: a phone follows no other code.
    pub(super) idp: &'a PublicUrl,
}

/// Why there are no windows.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrowserError {
    /// No screen to open a window on.
    #[error(
        "--browser opens two windows, and this machine has no display (DISPLAY and WAYLAND_DISPLAY are empty): start it on a desktop, or without --browser"
    )]
    NoDisplay,
    /// No Chromium.
    #[error(
        "--browser needs Chromium or Google Chrome, and neither is installed (Debian: apt install chromium)"
    )]
    NoChromium,
    /// It does not start.
    #[error("Chromium does not start (is a window of an earlier demo still open? close it first): {0}")]
    Launch(DevToolsError),
    /// It stopped answering.
    #[error("Chromium: {0}")]
    Protocol(#[from] DevToolsError),
    /// The passkeys cannot be kept.
    #[error("the passkeys of the windows: {0}")]
    Passkeys(#[from] std::io::Error),
}

/// Opens both windows: the desktop at a product, the phone where it gets its passkey.
///
/// # Errors
/// [`BrowserError`].
pub(super) async fn open(
    machine: &Machine,
    folder: &Path,
    first: &First<'_>,
) -> Result<Windows, BrowserError> {
    let mut phone = Window::launch(machine, folder, Shape::Phone).await?;
    let mut desktop = Window::launch(machine, folder, Shape::Desktop).await?;
    let [computer, on_phone] = first.enrol;
    if desktop.passkeys().is_empty() {
        desktop.show_behind(computer).await?;
    }
    desktop.show(first.product).await?;
    if phone.passkeys().is_empty() {
        phone.show(on_phone).await?;
    } else {
        let about = Url::parse(first.idp.origin()).and_then(|origin| origin.join("/phone"));
        phone.show(&about.unwrap_or_else(|_| on_phone.clone())).await?;
    }
    let (stop, stopped) = oneshot::channel();
    let kept = tokio::spawn(keep_going(desktop, phone, (Camera::new(first.idp), stopped)));
    Ok(Windows { stop, kept })
}

impl Windows {
    /// Closes both and waits until they are gone.
    pub(super) async fn close(self) {
        // An error says that somebody has closed them already.
        let _gone = self.stop.send(());
        let _ended = self.kept.await;
    }
}

/// Until the end, or until a window is closed: authenticators in new tabs, passkeys kept, QR codes
/// carried over.
async fn keep_going(
    mut desktop: Window,
    mut phone: Window,
    (mut camera, mut stopped): (Camera, oneshot::Receiver<()>),
) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = tick.tick() => {}
        }
        if let Err(error) = once(&mut desktop, &mut phone, &mut camera).await {
            tracing::debug!(%error, "a window");
        }
        if desktop.is_closed() || phone.is_closed() {
            tracing::warn!(
                "a window was closed: the other closes too, and the demo goes on in your own browser"
            );
            break;
        }
    }
    // What was counted since the last look.
    for window in [&mut desktop, &mut phone] {
        if let Err(error) = window.keep().await {
            tracing::debug!(%error, "a window that is gone");
        }
    }
    tokio::join!(desktop.close(), phone.close());
}

async fn once(desktop: &mut Window, phone: &mut Window, camera: &mut Camera) -> Result<(), BrowserError> {
    desktop.keep().await?;
    phone.keep().await?;
    // A phone without a passkey has to get one first; its page must not go away.
    if phone.passkeys().is_empty() {
        return Ok(());
    }
    for picture in desktop.pictures().await? {
        if let Some(link) = camera.look(&picture) {
            phone.show(&link).await?;
        }
    }
    Ok(())
}

const TICK: Duration = Duration::from_millis(400);
