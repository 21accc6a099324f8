//! `demo --browser`: two windows of the installed Chromium, a desktop and a phone, for machines
//! that have neither a fingerprint reader nor a phone.
//!
//! Each window has a virtual authenticator, attached from outside over the DevTools protocol: the
//! server has no back door, it sees a browser with a passkey. The desktop window is looked at as a
//! phone's camera would, by screenshot; a QR code of the identity provider found there is opened
//! in the phone window.
//!
//! - [`passkeys`] what the authenticators hold, kept in the demo's folder
//! - [`window`] one browser with its own profile, an authenticator in every tab
//! - [`camera`] a screenshot → the link in its QR code

mod camera;
mod passkeys;
mod window;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use tokio::task::JoinHandle;
use url::Url;
use web::PublicUrl;

use self::camera::Camera;
use self::passkeys::Passkeys;
use self::window::{Shape, Window};
use super::print::Links;

/// The two windows. Dropping it closes them.
#[derive(Debug)]
pub(super) struct Windows(JoinHandle<()>);

impl Drop for Windows {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why there are no windows.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrowserError {
    /// No screen to open a window on.
    #[error(
        "--browser opens two windows, and this machine has no display (DISPLAY and WAYLAND_DISPLAY are empty)"
    )]
    NoDisplay,
    /// No Chromium, or it does not start.
    #[error("Chromium does not start: {0} (install the package chromium)")]
    Launch(String),
    /// It stopped answering.
    #[error("Chromium: {0}")]
    Protocol(#[from] chromiumoxide::error::CdpError),
    /// The passkeys cannot be kept.
    #[error("the passkeys of the windows: {0}")]
    Passkeys(#[from] std::io::Error),
}

/// Opens both windows, on the links by which Maya enrols, and keeps them going.
///
/// # Errors
/// [`BrowserError`].
pub(super) async fn open(
    folder: &Path,
    links: &Links,
    products: &[Url],
    idp: &PublicUrl,
) -> Result<Windows, Box<dyn Error + Send + Sync>> {
    let display =
        ["DISPLAY", "WAYLAND_DISPLAY"].map(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    if !display.contains(&true) {
        return Err(BrowserError::NoDisplay.into());
    }
    let mut desktop = Window::launch(folder, Shape::Desktop).await?;
    let mut phone = Window::launch(folder, Shape::Phone).await?;
    if let Some((_, [computer, on_phone])) = links.people.first() {
        if let Some(product) = products.first() {
            desktop.show(product).await?;
        }
        desktop.show(computer).await?;
        phone.show(on_phone).await?;
    }
    let passkeys = [Shape::Desktop, Shape::Phone].map(|shape| Passkeys::load(folder, shape));
    let [of_desktop, of_phone] = passkeys;
    let camera = Camera::new(idp);
    Ok(Windows(tokio::spawn(keep_going((desktop, of_desktop?), (phone, of_phone?), camera))))
}

/// Until a window is closed: authenticators in new tabs, passkeys kept, QR codes carried over.
async fn keep_going(
    (mut desktop, mut of_desktop): (Window, Passkeys),
    (mut phone, mut of_phone): (Window, Passkeys),
    mut camera: Camera,
) {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        let kept = async {
            desktop.keep(&mut of_desktop).await?;
            phone.keep(&mut of_phone).await?;
            for picture in desktop.pictures().await? {
                if let Some(link) = camera.look(&picture) {
                    phone.show(&link).await?;
                }
            }
            Ok::<_, BrowserError>(())
        };
        if let Err(error) = kept.await {
            tracing::debug!(%error, "a window");
            if desktop.is_closed() || phone.is_closed() {
                tracing::warn!("a window was closed; the demo goes on without both");
                return;
            }
        }
    }
}

const TICK: Duration = Duration::from_millis(300);
