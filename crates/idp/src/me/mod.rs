//! A person's own pages: the applications they may use, and their devices.

mod devices;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::passkeys::{self, Kept};
use jiff::Timestamp;
use store::{ReadTx, StoreError};
use web::{CsrfToken, Error, filters};

use crate::error::broken;
use crate::model::application::Instance;
use crate::people::Member;
use crate::routes;
use crate::sso::start;
use crate::state::Idp;
use crate::store::{applications, known_browsers};

pub(crate) use devices::{add_begin, add_finish, add_page, forget_browser, rename, revoke};

/// `GET /`.
pub(crate) async fn home() -> Response {
    Redirect::to(routes::ME).into_response()
}

/// The page.
#[derive(Template)]
#[template(path = "me.html")]
pub(crate) struct MePage<'a> {
    pub(crate) csrf: CsrfToken,
    pub(crate) place: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) has_role: bool,
    pub(crate) tiles: Vec<Tile>,
    /// None in a session that came by our QR code.
    pub(crate) devices: Option<Devices>,
}

/// A tile of *My applications*.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) sandbox: bool,
}

/// What a person signs in with, and where.
#[derive(Debug)]
pub(crate) struct Devices {
    pub(crate) passkeys: Vec<Device>,
    pub(crate) browsers: Vec<known_browsers::Listed>,
}

/// A passkey as pages show it.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) label: String,
    /// On every device of the account that syncs it.
    pub(crate) synced: bool,
    /// There may be a copy of it.
    pub(crate) flagged: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

impl From<Kept> for Device {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id.to_string(),
            synced: kept.passkey.backed_up(),
            flagged: kept.flagged_at.is_some(),
            label: kept.label,
            created_at: kept.created_at,
            last_used_at: kept.last_used_at,
        }
    }
}

/// `GET /me`.
pub(crate) async fn show(State(idp): State<Idp>, member: Member) -> Result<Response, Error> {
    let read = idp.store().read().await.map_err(broken)?;
    let listed = applications::list_for(&read, member.user.id, TILES).await.map_err(broken)?;
    let devices = match member.session.method().is_local_ceremony() {
        true => Some(devices_of(&read, &member, idp.now()).await.map_err(broken)?),
        false => None,
    };
    drop(read);
    let tile = |application: &applications::Listed| Tile {
        name: application.name.clone(),
        url: start::tile(application).to_owned(),
        sandbox: application.instance == Instance::Sandbox,
    };
    idp.site().render(&MePage {
        csrf: member.visitor.browser.csrf(),
        place: &idp.settings().name,
        first_name: member.user.first_name.as_str(),
        email: member.user.email.shown(),
        has_role: member.user.role.is_some(),
        tiles: listed.iter().map(tile).collect(),
        devices,
    })
}

async fn devices_of(read: &ReadTx, member: &Member, now: Timestamp) -> Result<Devices, StoreError> {
    let passkeys = passkeys::list(read, member.user.id).await?;
    let browsers = known_browsers::list(read, member.user.id, now).await?;
    Ok(Devices { passkeys: passkeys.into_iter().map(Device::from).collect(), browsers })
}

/// More applications than anybody scrolls through.
const TILES: u32 = 200;
