//! What changes something: registering a product, giving and changing a code.

use ::store::{ReadTx, StoreError, Tx};
use console::events::{self, Actor, note};
use console::person::DisplayName;
use console::{row_id, sessions};
use jiff::Timestamp;
use serde_json::json;
use web::{Entropy, Token, TokenHash};

use super::model::{
    Access, Challenge, Grant, Product, ProductId, Redemption, RedirectUri, StartUrl, TOKEN_TIME, later,
};
use super::refused::{Refusal, Refused};
use super::{administer, registry, store as rows};
use crate::acts::{Act, ActError, Refusal as ActRefusal, Word, entry};
use crate::model::{Account, AccountId, GroupId, OrganizationId, OrganizationKey, Standing};
use crate::store::{accounts, organizations};

/// A product to be registered.
#[derive(Clone, Debug)]
pub struct NewProduct {
    id: ProductId,
    organization: OrganizationId,
    name: DisplayName,
    url: StartUrl,
    redirect_uris: Vec<RedirectUri>,
    secret: Option<Token>,
    access: Access,
    groups: Vec<GroupId>,
}

/// What of a product's side can keep a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// A server: it shows its secret at the token endpoint.
    Confidential,
    /// An app or a script in a browser: PKCE alone.
    Public,
}

impl NewProduct {
    /// Draws its id and, for a confidential client, its secret.
    pub fn draw(
        (organization, name, url): (OrganizationId, DisplayName, StartUrl),
        redirect_uri: RedirectUri,
        client: Client,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            id: ProductId::new(row_id(now, entropy)),
            organization,
            name,
            url,
            redirect_uris: vec![redirect_uri],
            secret: (client == Client::Confidential).then(|| Token::new(entropy)),
            access: Access::Everyone,
            groups: Vec::new(),
        }
    }

    /// Only for members of these groups.
    #[must_use]
    pub fn for_groups(mut self, groups: Vec<GroupId>) -> Self {
        (self.access, self.groups) = (Access::Groups, groups);
        self
    }

    /// With one more redirect URI.
    #[must_use]
    pub fn and_redirect_uri(mut self, redirect_uri: RedirectUri) -> Self {
        self.redirect_uris.push(redirect_uri);
        self
    }
}

/// A product was registered. The secret is shown this once; the database has
/// its hash.
#[derive(Clone, Debug)]
pub struct Registered {
    /// What the product calls itself in requests.
    pub client_id: ProductId,
    /// None for a public client.
    pub client_secret: Option<Token>,
    /// The organisation in the issuer's address.
    pub organization: OrganizationKey,
}

/// Registers a product: every member of the organisation may open it, unless it is for groups.
///
/// # Errors
/// [`Refusal::NotAllowed`](ActRefusal::NotAllowed),
/// [`Refusal::NoSuchOrganization`](ActRefusal::NoSuchOrganization),
/// [`Refusal::NoSuchGroup`](ActRefusal::NoSuchGroup).
pub async fn register(tx: &Tx, word: &Word, new: NewProduct, now: Timestamp) -> Result<Registered, ActError> {
    let act = Act::begin(tx, word, ("product.registered", new.organization), now).await?;
    let Some(organization) = organizations::find(tx, new.organization).await? else {
        return Err(act.refuse(ActRefusal::NoSuchOrganization).await);
    };
    let product = Product {
        id: new.id,
        organization: new.organization,
        name: new.name,
        url: new.url,
        secret: new.secret.as_ref().map(Token::hash),
        access: new.access,
        disabled: false,
        version: 1,
    };
    administer::known(&act, product.organization, &new.groups).await?;
    rows::insert(tx, (&product, &new.redirect_uris), now).await?;
    registry::replace_groups(tx, (product.organization, product.id), &new.groups).await?;
    let uris: Vec<&str> = new.redirect_uris.iter().map(RedirectUri::as_str).collect();
    act.done(json!({
        "product": product.id.to_string(),
        "name": product.name.as_str(),
        "url": product.url.as_url().as_str(),
        "redirect_uris": uris,
        "confidential": product.secret.is_some(),
        "access": product.access.as_str(),
    }))
    .await?;
    Ok(Registered { client_id: new.id, client_secret: new.secret, organization: organization.key })
}

/// Gives a product a code, by way of the person's browser.
pub(super) async fn issue(
    tx: &Tx,
    actor: &Actor,
    (grant, code): (&Grant, &Token),
    now: Timestamp,
) -> Result<(), StoreError> {
    rows::insert_grant(tx, grant, code.hash()).await?;
    note_about(tx, actor, ("product.code_issued", grant), now).await
}

/// A code as a product presents it, who has been found to be that product.
pub(super) struct Presented<'a> {
    pub(super) product: &'a Product,
    pub(super) code: TokenHash,
    pub(super) redirect_uri: Option<&'a str>,
    /// Of the verifier that was shown.
    pub(super) challenge: Option<Challenge>,
    /// The access token to be given for it.
    pub(super) token: &'a Token,
}

/// Changes a code for what it is good for, once. Shown by its own product, a
/// code is used up whatever else is wrong with it; shown a second time, it
/// takes back what it gave (RFC 6749 section 4.1.2).
pub(super) async fn redeem(
    tx: &Tx,
    actor: &Actor,
    presented: Presented<'_>,
    now: Timestamp,
) -> Result<Result<(Grant, Account), Refused>, StoreError> {
    let product = presented.product;
    let found = rows::find_by_code(tx, presented.code).await?;
    let Some(grant) = found.filter(|grant| grant.product == product.id) else {
        let refusal = Refusal {
            refused: Refused::CodeUnknown,
            organization: product.organization,
            product: Some(product.id),
            account: None,
            received: None,
        };
        refuse(tx, actor, &refusal, now).await?;
        return Ok(Err(Refused::CodeUnknown));
    };
    let judged = match judge(&grant, &presented, now) {
        Ok(()) => alive(tx, &grant, now).await?,
        Err(refused) => Err(refused),
    };
    let redemption = judged
        .is_ok()
        .then(|| Redemption { token: presented.token.hash(), expires_at: later(now, TOKEN_TIME) });
    if !rows::redeem(tx, grant.id, redemption.as_ref(), now).await? {
        rows::revoke(tx, grant.id, now).await?;
        return refuse_grant(tx, actor, (&grant, Refused::CodeReplayed), now).await;
    }
    match judged {
        Ok(account) => {
            note_about(tx, actor, ("product.code_redeemed", &grant), now).await?;
            Ok(Ok((grant, account)))
        }
        Err(refused) => refuse_grant(tx, actor, (&grant, refused), now).await,
    }
}

/// The rules of a code that was given to this very product.
fn judge(grant: &Grant, presented: &Presented<'_>, now: Timestamp) -> Result<(), Refused> {
    if now >= grant.code_expires_at {
        return Err(Refused::CodeExpired);
    }
    if presented.redirect_uri != Some(grant.redirect_uri.as_str()) {
        return Err(Refused::CodeRedirectUri);
    }
    match &presented.challenge {
        Some(challenge) if challenge.is(&grant.challenge) => Ok(()),
        _ => Err(Refused::CodeVerifier),
    }
}

/// Whether the session of a grant lives and its account may still be told of.
pub(super) async fn alive(
    read: &ReadTx,
    grant: &Grant,
    now: Timestamp,
) -> Result<Result<Account, Refused>, StoreError> {
    let Some(account) = member(read, grant.organization, grant.account).await? else {
        return Ok(Err(Refused::AccountOver));
    };
    if let Some(refused) = shut(read, (grant.organization, grant.product), grant.account).await? {
        return Ok(Err(refused));
    }
    match sessions::is_live(read, (grant.account.person(), grant.session), now).await? {
        true => Ok(Ok(account)),
        false => Ok(Err(Refused::SessionOver)),
    }
}

/// Why a product does not open for a member, if it does not.
pub(super) async fn shut(
    read: &ReadTx,
    of: (OrganizationId, ProductId),
    account: AccountId,
) -> Result<Option<Refused>, StoreError> {
    if registry::may_open(read, of, account).await? {
        return Ok(None);
    }
    Ok(Some(match registry::is_on(read, of.0, of.1).await? {
        true => Refused::NoAccess,
        false => Refused::SwitchedOff,
    }))
}

/// The active account of a member, if it is both.
pub(super) async fn member(
    read: &ReadTx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<Account>, StoreError> {
    let membership = accounts::find_membership(read, organization, account).await?;
    let account = accounts::find(read, account).await?;
    Ok(account.filter(|account| account.standing == Standing::Active && membership.is_some()))
}

async fn refuse_grant<T>(
    tx: &Tx,
    actor: &Actor,
    (grant, refused): (&Grant, Refused),
    now: Timestamp,
) -> Result<Result<T, Refused>, StoreError> {
    let refusal = Refusal {
        refused,
        organization: grant.organization,
        product: Some(grant.product),
        account: Some(grant.account),
        received: None,
    };
    refuse(tx, actor, &refusal, now).await?;
    Ok(Err(refused))
}

/// Writes a refusal. One that is tied to somebody has its own event; all other
/// junk is counted by source, code and minute.
pub(super) async fn refuse(
    tx: &Tx,
    actor: &Actor,
    refusal: &Refusal<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reason = refusal.refused.to_string();
    let code = refusal.refused.code();
    let Some(account) = refusal.account else {
        let stray = events::Refused {
            kind: REFUSED,
            subject: None,
            code,
            reason: &reason,
            expected: None,
            received: refusal.received,
        };
        return events::refuse_stray(tx, actor, stray, now).await;
    };
    let data = json!({
        "code": code,
        "reason": reason,
        "product": refusal.product.map(|product| product.to_string()),
        "received": refusal.received.map(|text| text.chars().take(500).collect::<String>()),
    });
    let whom = (Some(refusal.organization), Some(account.person()));
    note(tx, actor, entry(REFUSED, whom, data), now).await
}

async fn note_about(
    tx: &Tx,
    actor: &Actor,
    (kind, grant): (&'static str, &Grant),
    now: Timestamp,
) -> Result<(), StoreError> {
    let data = json!({
        "product": grant.product.to_string(),
        "session": grant.session,
        "scope": grant.scope.to_string(),
    });
    let whom = (Some(grant.organization), Some(grant.account.person()));
    note(tx, actor, entry(kind, whom, data), now).await
}

/// The event of whatever was refused here.
const REFUSED: &str = "product.refused";
