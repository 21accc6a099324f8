//! The start page: who is signed in, and to which products.

use axum::extract::State;
use axum::response::Response;
use web::page::Person;
use web::{Csrf, Error};

use crate::answer::broken;
use crate::pages::Home;
use crate::products;
use crate::service::Org;
use crate::sign_in::SignedIn;
use crate::store::organizations;

/// `GET /`.
pub(crate) async fn page(State(org): State<Org>, who: SignedIn, csrf: Csrf) -> Result<Response, Error> {
    let read = org.read().await?;
    let account = who.account.id;
    let organizations = organizations::of_account(&read, account).await.map_err(broken)?;
    let administered = organizations::administered_by(&read, account).await;
    let tiles = products::list_for(&read, account).await.map_err(broken)?;
    drop(read);
    let page = Home {
        person: Person { name: who.account.shown(), email: who.account.address.shown().to_owned() },
        named: who.account.has_name(),
        organizations: organizations.iter().map(|o| o.name.to_string()).collect(),
        tiles,
        administers: !administered.map_err(broken)?.is_empty(),
        csrf: csrf.0,
    };
    org.site().render(&page)
}
