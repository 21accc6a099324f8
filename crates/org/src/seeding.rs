//! What the binary asks of a deployment: whether something is there already,
//! and a way in for its first administrator.

use ::store::StoreError;
use console::invitations::{Draft, Invited};
use console::person::{DisplayName, EmailAddress};
use console::row_id;
use url::Url;

use crate::acts::organizations::NewOrganization;
use crate::acts::set_up::{First, link};
use crate::acts::{ActError, settle};
use crate::model::{Account, Organization, OrganizationKey, Plan, SamlConfiguration, ServiceProvider};
use crate::service::Org;
use crate::store::{accounts, configurations, organizations};

impl Org {
    /// The organisation with a key.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn find_organization(&self, key: &OrganizationKey) -> Result<Option<Organization>, StoreError> {
        organizations::find_by_key(&self.store().read().await?, key).await
    }

    /// The account with an address.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn find_account(&self, address: &EmailAddress) -> Result<Option<Account>, StoreError> {
        accounts::find_by_address(&self.store().read().await?, address).await
    }

    /// The SAML configurations of an organisation, drafts among them, oldest first.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn list_saml_configurations(
        &self,
        organization: &Organization,
    ) -> Result<Vec<SamlConfiguration>, StoreError> {
        configurations::list(&self.store().read().await?, organization.id).await
    }

    /// What a configuration's identity provider is to know of us.
    ///
    /// # Errors
    /// When the public address cannot be an endpoint, which a public URL can.
    pub fn service_provider(
        &self,
        configuration: &SamlConfiguration,
    ) -> Result<ServiceProvider, saml::core::InvalidUri> {
        ServiceProvider::new(self.public_url(), configuration.unique_id)
    }

    /// The address of an invitation, to be handed to its person.
    pub fn invitation_link(&self, invited: &Invited) -> Url {
        let path = format!("/invitation/{}", invited.token.expose());
        self.public_url().join(&path)
    }

    /// A one-time link for the first administrator, as long as no
    /// administrator of the first organisation has a passkey here. A
    /// deployment without any organisation gets one.
    ///
    /// # Errors
    /// The store's, or an act that was refused.
    pub async fn set_up_link(&self) -> Result<Option<Url>, SetUpError> {
        let now = self.now();
        let first = First {
            organization: NewOrganization::draw(self.first_organization()?, now, self.entropy()),
            administrator: self.first_administrator()?,
            account: row_id(now, self.entropy()),
            draft: Draft::draw(now, self.entropy()),
        };
        let word = self.host("set-up");
        let tx = self.store().begin().await?;
        let done = link(&tx, &word, first, now).await;
        let invited = settle(tx, done).await?.map_err(ActError::from)?;
        Ok(invited.map(|invited| self.invitation_link(&invited)))
    }

    fn first_organization(&self) -> Result<(OrganizationKey, DisplayName, Plan), SetUpError> {
        let key = "main".parse().map_err(|_| SetUpError::Name)?;
        let name = DisplayName::parse(&self.settings().name).map_err(|_| SetUpError::Name)?;
        Ok((key, name, Plan::Enterprise))
    }

    /// An address on this very host: nobody can verify its domain away.
    fn first_administrator(&self) -> Result<EmailAddress, SetUpError> {
        let host = self.public_url().host();
        let here = EmailAddress::parse(&format!("administrator@{host}"));
        here.or_else(|_| EmailAddress::parse("administrator@countersign.localhost"))
            .map_err(|_| SetUpError::Name)
    }
}

/// Why there is no set-up link.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The deployment's name cannot be an organisation's.
    #[error("the name of this deployment cannot be the name of an organisation")]
    Name,
    /// A rule forbids it.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
