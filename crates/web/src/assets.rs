//! Style sheets, scripts and pictures, embedded in the binary and served under the hash of all of
//! them. No path of a URL ever reaches a file system (T127).

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use rust_embed::RustEmbed;

use crate::error::Error;
use crate::headers::Cacheable;

/// The address of a file by its name, `/assets/<hash>/app.css`; none if there is no such file.
pub fn path(name: &str) -> Option<String> {
    Files::get(name).map(|_| format!("/assets/{}/{name}", *HASH))
}

pub(crate) fn router() -> Router {
    Router::new().route("/assets/{hash}/{name}", get(asset)).route("/favicon.ico", get(favicon))
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, Error> {
    if hash != *HASH {
        return Err(Error::not_found());
    }
    let year = Cacheable { max_age: Duration::from_secs(365 * 86_400), immutable: true };
    file(&name, year)
}

async fn favicon() -> Result<Response, Error> {
    file("favicon.svg", Cacheable { max_age: Duration::from_secs(86_400), immutable: false })
}

fn file(name: &str, caching: Cacheable) -> Result<Response, Error> {
    let file = Files::get(name).ok_or_else(Error::not_found)?;
    let kind = name.rsplit_once('.').map(|(_, extension)| extension);
    let kind = match kind {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return Err(Error::not_found()),
    };
    let kind = [(CONTENT_TYPE, HeaderValue::from_static(kind))];
    Ok((caching, kind, file.data.into_owned()).into_response())
}

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// One hash for all, so that scripts can import each other by relative names.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut all = Context::new(&SHA256);
    for name in names {
        all.update(name.as_bytes());
        all.update(&Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    hex::encode(&all.finish().as_ref()[..8])
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_served_and_nothing_else() {
        for name in Files::iter() {
            let caching = Cacheable { max_age: Duration::ZERO, immutable: false };
            assert!(file(&name, caching).is_ok(), "{name}");
        }
        for name in
            ["", ".", "..", "../Cargo.toml", "/etc/passwd", "APP.CSS", "app.css/", "app.css\0", "app%2ecss"]
        {
            assert!(path(name).is_none(), "{name}");
        }
    }

    #[test]
    fn style_sheets_and_scripts_stay_on_this_origin() {
        for name in Files::iter() {
            let file = Files::get(&name).expect("listed");
            let text = String::from_utf8_lossy(&file.data).replace("http://www.w3.org/", "");
            for foreign in ["http://", "https://", "url(", "innerHTML", "eval(", "document.write"] {
                assert!(!text.contains(foreign), "{name} contains {foreign}");
            }
            assert!(text.lines().count() <= 400, "{name} is too long");
        }
    }
}
