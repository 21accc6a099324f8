//! Everything that changes something, a file per noun:
//! `(tx, word, input, now) -> Result<Done, ActError>`.
//!
//! An act loads what it must know, decides by the rules of
//! [`model`](crate::model), saves, and writes the event, all in the transaction
//! that it is given. A refusal is written too, so that the caller commits in
//! both cases: [`settle`] does. Console, demo and command line call the same
//! acts; what differs is the [`Word`] on which they act.

pub mod accounts;
pub mod directories;
pub mod domains;
pub mod enforcement;
pub mod groups;
pub mod imports;
pub mod invitations;
pub mod organizations;
pub mod policies;
pub mod saml_configurations;
pub mod seeding;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub mod test_sign_ins;
pub(crate) mod way_back;

use ::store::{StoreError, Tx};
use console::events::{Actor, Entry, note};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::model::enforce::{Missing, NotYet, ProbationError};
use crate::model::way_back::FirstStep;
use crate::model::{AccountId, OrganizationId, Role, Standing};
use crate::store::accounts as rows;

/// On whose word an act is done.
#[derive(Clone, Debug)]
pub struct Word {
    actor: Actor,
    authority: Authority,
}

#[derive(Clone, Copy, Debug)]
enum Authority {
    /// Somebody who is signed in; what they may do is read in the act's own transaction.
    Account(AccountId),
    /// Whoever runs the program on its host: the demo, the command line.
    Host,
}

impl Word {
    /// That of somebody who is signed in.
    pub const fn account(actor: Actor, account: AccountId) -> Self {
        Self { actor, authority: Authority::Account(account) }
    }

    /// That of whoever runs this program: `demo`, `command-line`.
    pub const fn host(actor: Actor) -> Self {
        Self { actor, authority: Authority::Host }
    }

    /// As events name it.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether this word counts in an organisation, as of this transaction: an
    /// administrator who was deactivated a moment ago has none.
    async fn administers(&self, tx: &Tx, organization: OrganizationId) -> Result<bool, StoreError> {
        let Authority::Account(account) = self.authority else {
            return Ok(true);
        };
        let active =
            rows::find(tx, account).await?.is_some_and(|account| account.standing == Standing::Active);
        let membership = rows::find_membership(tx, organization, account).await?;
        Ok(active && membership.is_some_and(|member| member.role == Role::Administrator))
    }

    /// Who acts, if it is somebody who is signed in.
    pub(crate) const fn by(&self) -> Option<AccountId> {
        match self.authority {
            Authority::Account(account) => Some(account),
            Authority::Host => None,
        }
    }

    /// Whether it is the operator's, above all organisations.
    const fn is_host(&self) -> bool {
        matches!(self.authority, Authority::Host)
    }
}

/// Why an act was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The actor does not administer this organisation.
    #[error("the actor does not administer this organisation")]
    NotAllowed,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NoSuchOrganization,
    /// Another organisation has this key.
    #[error("another organisation has this key")]
    KeyTaken,
    /// The domain is held already, by this organisation or another.
    #[error("the domain is held already")]
    DomainTaken,
    /// Everybody can have an address on the domain.
    #[error("everybody can have an address on this domain")]
    PublicMailDomain,
    /// The organisation has named as many domains as it may.
    #[error("the organisation has named as many domains as it may")]
    TooManyDomains,
    /// The organisation has not named this domain.
    #[error("the organisation has not named this domain")]
    NoSuchDomain,
    /// The domain is not one of this organisation's verified ones.
    #[error("the domain is not a verified one of this organisation")]
    DomainNotVerified,
    /// There is no such directory in this organisation.
    #[error("there is no such directory")]
    NoSuchDirectory,
    /// The plan does not include one more identity provider directory.
    #[error("the plan does not include one more identity provider directory")]
    PlanWithoutDirectory,
    /// SSO is possible only in an identity provider directory.
    #[error("SSO is possible only in an identity provider directory")]
    NotAnIdentityProvider,
    /// There is no such SAML configuration in this organisation.
    #[error("there is no such SAML configuration")]
    NoSuchConfiguration,
    /// A value of the identity provider is missing.
    #[error("a value of the identity provider is missing")]
    IncompleteConfiguration,
    /// A saved configuration is edited as such, not as a draft.
    #[error("the configuration is saved already")]
    NoDraft,
    /// The directory has a SAML configuration already.
    #[error("the directory has a SAML configuration")]
    ConfigurationThere,
    /// A policy of the directory enforces SSO.
    #[error("a policy of the directory enforces SSO")]
    SsoEnforced,
    /// Somebody else changed it since it was shown.
    #[error("somebody else changed it meanwhile")]
    ChangedMeanwhile,
    /// There is no such policy in this organisation.
    #[error("there is no such policy")]
    NoSuchPolicy,
    /// The account has this address already.
    #[error("an account has this address already")]
    AddressTaken,
    /// Another organisation has proved the address's domain.
    #[error("another organisation has proved the domain of the address")]
    DomainElsewhere,
    /// There is no such account in this organisation.
    #[error("there is no such account")]
    NoSuchAccount,
    /// The account is a member already.
    #[error("the account is a member already")]
    MemberAlready,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The account's domain is not linked to the policy's directory.
    #[error("the account's domain is not linked to the policy's directory")]
    OtherDirectory,
    /// The account is not linked to an identity of this directory.
    #[error("the account is not linked")]
    NotLinked,
    /// It would leave the organisation without an active administrator.
    #[error("it would leave the organisation without an active administrator")]
    LastAdministrator,
    /// It would leave the organisation without a way back; this comes first.
    #[error("it would leave the organisation without a way back")]
    WayBack(FirstStep),
    /// It would leave another organisation without one, whose administrator
    /// this one manages.
    #[error("it would leave another organisation without a way back")]
    WayBackElsewhere,
    /// An administrator keeps a passkey here.
    #[error("an administrator keeps at least one passkey here")]
    LastPasskey,
    /// The plan has one policy for everybody.
    #[error("the plan has one policy for everybody")]
    PlanOnePolicy,
    /// Enforcing takes its evidence: nothing else sets it.
    #[error("enforcing takes its evidence")]
    WithoutEvidence,
    /// Something is missing, or is not what it was when the evidence was gathered.
    #[error("the evidence does not hold any more")]
    EvidenceGone,
    /// It is not confirmed yet, because of this.
    #[error("the enforcement cannot be confirmed yet")]
    NotYet(NotYet),
    /// The probation cannot be so.
    #[error("the probation cannot be so")]
    Probation(ProbationError),
    /// A default policy is never deleted: another one is made default first.
    #[error("another policy must be made default first")]
    DefaultPolicy,
    /// There is no such group in this organisation.
    #[error("there is no such group")]
    NoSuchGroup,
    /// Another group of the organisation has this name.
    #[error("another group has this name")]
    GroupTaken,
    /// An identity provider says who is in the group.
    #[error("an identity provider says who is in the group")]
    GroupByScim,
    /// A group stands in the rules twice.
    #[error("a group stands in the rules twice")]
    GroupTwice,
    /// There is no such product in this organisation.
    #[error("there is no such product")]
    NoSuchProduct,
    /// Another organisation decides about the account, or it belongs to further ones.
    #[error("another organisation has a word about the account")]
    AccountElsewhere,
    /// Nobody changes the own address.
    #[error("another administrator must say so")]
    OwnAccount,
}

impl Refusal {
    /// The stable code in events and on pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "role-not-allowed",
            Self::NoSuchOrganization => "organization-unknown",
            Self::KeyTaken => "key-taken",
            Self::DomainTaken => "domain-taken",
            Self::PublicMailDomain => "public-mail-domain",
            Self::TooManyDomains => "too-many-domains",
            Self::NoSuchDomain => "domain-unknown",
            Self::DomainNotVerified => "domain-not-verified",
            Self::NoSuchDirectory => "directory-unknown",
            Self::PlanWithoutDirectory => "plan-without-directory",
            Self::NotAnIdentityProvider => "not-an-identity-provider",
            Self::NoSuchConfiguration => "configuration-unknown",
            Self::IncompleteConfiguration => "configuration-incomplete",
            Self::NoDraft => "configuration-saved",
            Self::ConfigurationThere => "configuration-there",
            Self::SsoEnforced => "sso-enforced",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::NoSuchPolicy => "policy-unknown",
            Self::AddressTaken => "address-taken",
            Self::DomainElsewhere => "domain-elsewhere",
            Self::NoSuchAccount => "account-unknown",
            Self::MemberAlready => "member-already",
            Self::Deactivated => "account-deactivated",
            Self::OtherDirectory => "other-directory",
            Self::NotLinked => "not-linked",
            Self::LastAdministrator => "last-administrator",
            Self::WayBack(step) => Missing::WayBack(step).code(),
            Self::WayBackElsewhere => "way-back-of-another-organization",
            Self::LastPasskey => "last-passkey",
            Self::PlanOnePolicy => "plan-one-policy",
            Self::WithoutEvidence => "without-evidence",
            Self::EvidenceGone => "evidence-gone",
            Self::NotYet(NotYet::NotOnProbation) | Self::Probation(ProbationError::NotOnProbation) => {
                "not-on-probation"
            }
            Self::NotYet(NotYet::NobodyCameIn) => "nobody-came-in",
            Self::NotYet(NotYet::OwnSessionIsOlder) => "own-session-is-older",
            Self::Probation(ProbationError::OtherPolicy) => "other-policy",
            Self::Probation(ProbationError::Length) => "probation-length",
            Self::DefaultPolicy => "default-policy",
            Self::NoSuchGroup => "group-unknown",
            Self::GroupTaken => "group-taken",
            Self::GroupByScim => "group-by-scim",
            Self::GroupTwice => "group-twice",
            Self::NoSuchProduct => "no-such-product",
            Self::AccountElsewhere => "account-elsewhere",
            Self::OwnAccount => "own-account",
        }
    }
}

/// An act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// A rule forbids it; that is written, and to be committed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was decided outside does not hold any more; nothing is written.
    #[error("somebody was faster")]
    Overtaken,
    /// The database; nothing is written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the transaction of an act: a refusal is committed as the deed is; what
/// was overtaken leaves nothing.
///
/// # Errors
/// Only the store's; inside, the refusal.
pub async fn settle<T>(tx: Tx, done: Result<T, ActError>) -> Result<Result<T, Refusal>, StoreError> {
    match done {
        Ok(done) => tx.commit().await.map(|()| Ok(done)),
        Err(ActError::Refused(refusal)) => tx.commit().await.map(|()| Err(refusal)),
        Err(ActError::Overtaken) => Ok(Err(Refusal::ChangedMeanwhile)),
        Err(ActError::Store(error)) => Err(error),
    }
}

/// One act as it goes: the transaction, on whose word, where, what, when.
pub(crate) struct Act<'a> {
    tx: &'a Tx,
    word: &'a Word,
    /// `None`: the act makes the organisation, or is above all of them.
    organization: Option<OrganizationId>,
    kind: &'static str,
    subject: Option<AccountId>,
    now: Timestamp,
}

impl<'a> Act<'a> {
    /// Begins an act within an organisation; refused unless the word counts there.
    pub(crate) async fn begin(
        tx: &'a Tx,
        word: &'a Word,
        (kind, organization): (&'static str, OrganizationId),
        now: Timestamp,
    ) -> Result<Self, ActError> {
        let act = Self { tx, word, organization: Some(organization), kind, subject: None, now };
        match word.administers(tx, organization).await? {
            true => Ok(act),
            false => Err(act.refuse(Refusal::NotAllowed).await),
        }
    }

    /// The transaction.
    pub(crate) const fn tx(&self) -> &'a Tx {
        self.tx
    }

    /// Names the account that the act is about.
    const fn about(mut self, account: AccountId) -> Self {
        self.subject = Some(account);
        self
    }

    /// Writes what was done.
    pub(crate) async fn done(&self, data: Json) -> Result<(), StoreError> {
        self.write(self.kind, data).await
    }

    /// Writes what was refused and why, and is the error.
    pub(crate) async fn refuse(&self, refusal: Refusal) -> ActError {
        let data = json!({
            "act": self.kind,
            "code": refusal.code(),
            "reason": refusal.to_string(),
        });
        match self.write("act.refused", data).await {
            Ok(()) => ActError::Refused(refusal),
            Err(error) => ActError::Store(error),
        }
    }

    /// Goes on only if `holds`.
    pub(crate) async fn require(&self, holds: bool, refusal: Refusal) -> Result<(), ActError> {
        match holds {
            true => Ok(()),
            false => Err(self.refuse(refusal).await),
        }
    }

    async fn write(&self, kind: &'static str, data: Json) -> Result<(), StoreError> {
        let subject = self.subject.map(AccountId::person);
        let entry = entry(kind, (self.organization, subject), data);
        note(self.tx, self.word.actor(), entry, self.now).await
    }
}

/// An event of an organisation: its id stands in the data, by which its
/// administrators' page finds it.
pub(crate) fn entry(
    kind: &'static str,
    (organization, subject): (Option<OrganizationId>, Option<console::person::PersonId>),
    mut data: Json,
) -> Entry {
    if let (Some(id), Some(fields)) = (organization, data.as_object_mut()) {
        fields.insert("organization".to_owned(), json!(id.to_string()));
    }
    Entry::new(kind, subject, data)
}
