//! Looks for the tokens of domains, where their holders put them up. Nothing
//! is decided here, and no transaction is open.

use ::store::StoreError;
use net::{FetchError, Limits};
use url::Url;

use crate::acts::domains::Looked;
use crate::model::{DomainName, DomainToken, Finding, OrganizationId, Proof, TOKEN_FILE, TOKEN_PREFIX};
use crate::service::Org;
use crate::store::domains;

/// Looks for an organisation's token, and for that of whoever holds the name;
/// `None` when the organisation has not named the domain.
pub(crate) async fn looked(
    org: &Org,
    (organization, name): (OrganizationId, &DomainName),
    by: Proof,
) -> Result<Option<Looked>, StoreError> {
    let read = org.store().read().await?;
    let own = domains::find(&read, organization, name).await?;
    let holder = domains::holder(&read, name).await?.filter(|holder| holder.organization != organization);
    drop(read);
    let Some(token) = own.and_then(|own| own.token) else { return Ok(None) };
    let found = look_at(org, name, (&token, by)).await;
    let holder = match holder {
        None => None,
        Some(holder) => {
            let found = match (&holder.token, holder.proof) {
                (Some(token), Some(by)) => look_at(org, name, (token, by)).await,
                // Vouched for by the operator, whose word does not depend on a look.
                _ => Finding::Token,
            };
            Some((holder.organization, found))
        }
    };
    Ok(Some(Looked { by, found, holder, house: org.host("domain-check") }))
}

/// Looks for one token in one place.
pub(crate) async fn look_at(org: &Org, name: &DomainName, (token, by): (&DomainToken, Proof)) -> Finding {
    match by {
        Proof::Dns => text_records(org, name, token).await,
        Proof::Http => file(org, name, token).await,
        Proof::Operator => Finding::Token,
    }
}

/// In the text records at exactly this name.
async fn text_records(org: &Org, name: &DomainName, token: &DomainToken) -> Finding {
    let Some(names) = org.names() else { return Finding::Unanswered };
    match names.text_records(name.as_str()).await {
        // Some consoles keep the quotes that somebody pasted around the text.
        Ok(texts) => among(texts.iter().map(|text| text.trim().trim_matches('"')), token),
        Err(_) => Finding::Unanswered,
    }
}

/// In the file at the fixed path, over `https` by a certificate for this name.
async fn file(org: &Org, name: &DomainName, token: &DomainToken) -> Finding {
    let (Some(client), Ok(url)) = (org.client(), Url::parse(&format!("https://{name}{TOKEN_FILE}"))) else {
        return Finding::Unanswered;
    };
    let limits = Limits { bytes: FILE_BYTES, ..Limits::ORDINARY };
    match client.get(&url, limits).await {
        Ok(answer) if answer.status() == http::StatusCode::OK => {
            let text = String::from_utf8_lossy(answer.body());
            among(text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>')), token)
        }
        Ok(answer) if answer.status().is_client_error() => Finding::NoFile,
        Err(FetchError::Redirected) => Finding::Redirected,
        Err(FetchError::Unresolved) => Finding::NoAddress,
        Err(FetchError::Inside | FetchError::Address) => Finding::Inside,
        Err(FetchError::TooLarge) => Finding::TooLarge,
        Ok(_) | Err(FetchError::TimedOut | FetchError::Failed(_)) => Finding::Unanswered,
    }
}

fn among<'a>(mut texts: impl Iterator<Item = &'a str> + Clone, token: &DomainToken) -> Finding {
    let wanted = token.record();
    let mut all = texts.clone();
    if all.any(|text| text == wanted) {
        return Finding::Token;
    }
    match texts.any(|text| text.starts_with(TOKEN_PREFIX)) {
        true => Finding::AnotherToken,
        false => Finding::Nothing,
    }
}

/// More than any file of ours with a page around it.
const FILE_BYTES: usize = 64 * 1024;
