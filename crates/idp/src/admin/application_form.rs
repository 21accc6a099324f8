//! The form of an application, in steps: what was typed, and what is wrong with it.

use console::person::EmailAddress;
use saml::core::{AcsUrl, EntityId};
use serde::{Deserialize, Serialize};
use web::Fields;

use super::step::Step;
use crate::model::application::{
    AccessUrl, AcsUrls, Application, ApplicationName, ApplicationSettings, Audience, Instance, Integration,
    Signs,
};
use crate::model::atlassian::{self, PairError};
use crate::model::claims::{ClaimError, ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute, distinct};
use crate::model::name_id::{Format, NameIdRule};

/// What was typed, whatever it is. The claim mappings are columns: the first source belongs to the first name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApplicationForm {
    #[serde(default)]
    pub(crate) fallback: String,
    pub(crate) name: String,
    pub(crate) instance: String,
    pub(crate) access_url: String,
    pub(crate) name_id_format: String,
    pub(crate) name_id_source: String,
    pub(crate) claim_source: Vec<String>,
    pub(crate) claim_fixed: Vec<String>,
    pub(crate) claim_name: Vec<String>,
    pub(crate) claim_format: Vec<String>,
    pub(crate) entity_id: String,
    pub(crate) acs_urls: String,
    pub(crate) signs: String,
    /// For whom the assertion is previewed: an address.
    #[serde(default)]
    pub(crate) preview: String,
}

/// What one page posts: the fields that it has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Posted {
    fallback: Option<String>,
    name: Option<String>,
    instance: Option<String>,
    access_url: Option<String>,
    name_id_format: Option<String>,
    name_id_source: Option<String>,
    claim_source: Vec<String>,
    claim_fixed: Vec<String>,
    claim_name: Vec<String>,
    claim_format: Vec<String>,
    entity_id: Option<String>,
    acs_urls: Option<String>,
    signs: Option<String>,
    preview: Option<String>,
    /// Which button.
    pub(crate) go: Option<String>,
}

impl ApplicationForm {
    /// As the guide fills it in.
    pub(crate) fn new(integration: Integration) -> Self {
        let (name, claims) = match integration {
            Integration::Saml => ("", GUIDE),
            Integration::Atlassian => ("Atlassian", atlassian::CLAIMS),
        };
        let format = |name: &str| match name.contains(':') {
            true => ClaimNameFormat::Uri,
            false => ClaimNameFormat::Unspecified,
        };
        Self {
            fallback: String::new(),
            name: name.to_owned(),
            instance: Instance::Production.as_str().to_owned(),
            access_url: String::new(),
            name_id_format: Format::EmailAddress.as_str().to_owned(),
            name_id_source: UserAttribute::Email.as_str().to_owned(),
            claim_source: claims.iter().map(|(source, _)| source.as_str().to_owned()).collect(),
            claim_fixed: claims.iter().map(|_| String::new()).collect(),
            claim_name: claims.iter().map(|(_, name)| (*name).to_owned()).collect(),
            claim_format: claims.iter().map(|(_, name)| format(name).as_str().to_owned()).collect(),
            entity_id: String::new(),
            acs_urls: String::new(),
            signs: Signs::Assertion.as_str().to_owned(),
            preview: String::new(),
        }
    }

    /// Takes what the page of `step` posted; the fields of other pages stay as they were.
    pub(crate) fn take(&mut self, step: Step, posted: Posted) {
        let keep = |field: &mut String, typed: Option<String>| {
            if let Some(typed) = typed {
                *field = typed;
            }
        };
        match step {
            Step::Fallback => keep(&mut self.fallback, posted.fallback),
            Step::Application => {
                keep(&mut self.name, posted.name);
                keep(&mut self.instance, posted.instance);
                keep(&mut self.access_url, posted.access_url);
            }
            Step::Claims => {
                keep(&mut self.name_id_format, posted.name_id_format);
                keep(&mut self.name_id_source, posted.name_id_source);
                keep(&mut self.preview, posted.preview);
                self.claim_source = posted.claim_source;
                self.claim_fixed = posted.claim_fixed;
                self.claim_name = posted.claim_name;
                self.claim_format = posted.claim_format;
            }
            Step::ServiceProvider => {
                keep(&mut self.entity_id, posted.entity_id);
                keep(&mut self.acs_urls, posted.acs_urls);
                keep(&mut self.signs, posted.signs);
            }
        }
    }
}

impl From<&Application> for ApplicationForm {
    fn from(application: &Application) -> Self {
        let settings = &application.settings;
        let claims = &settings.claims;
        let urls: Vec<_> = settings.acs_urls.iter().map(AcsUrl::as_str).collect();
        Self {
            fallback: String::new(),
            name: settings.name.to_string(),
            instance: settings.instance.as_str().to_owned(),
            access_url: settings.access_url.as_str().to_owned(),
            name_id_format: settings.name_id.format.as_str().to_owned(),
            name_id_source: settings.name_id.source.as_str().to_owned(),
            claim_source: claims.iter().map(|claim| source_word(claim.source()).to_owned()).collect(),
            claim_fixed: claims.iter().map(|claim| fixed_text(claim.source())).collect(),
            claim_name: claims.iter().map(|claim| claim.name().to_owned()).collect(),
            claim_format: claims.iter().map(|claim| claim.name_format().as_str().to_owned()).collect(),
            entity_id: settings.entity_id.to_string(),
            acs_urls: urls.join("\n"),
            signs: settings.signs.as_str().to_owned(),
            preview: String::new(),
        }
    }
}

/// One row of the claim mappings, for the template.
#[derive(Debug, Clone)]
pub(crate) struct ClaimRow {
    pub(crate) number: usize,
    pub(crate) source: String,
    pub(crate) fixed: String,
    pub(crate) name: String,
    pub(crate) format: String,
    /// What is wrong with it, once it was asked for.
    pub(crate) fault: Option<&'static str>,
}

impl ApplicationForm {
    /// The rows as typed, and empty ones to type into.
    pub(crate) fn rows(&self) -> Vec<ClaimRow> {
        let used = self.claim_name.len().max(self.claim_source.len());
        let typed = (0..used).filter(|row| !self.is_blank(*row));
        let rows = typed.map(Some).chain(std::iter::repeat_n(None, EMPTY_ROWS));
        let at = |column: &[String], row: Option<usize>, otherwise: &str| {
            row.and_then(|row| column.get(row)).map_or_else(|| otherwise.to_owned(), Clone::clone)
        };
        rows.enumerate()
            .map(|(number, row)| ClaimRow {
                number,
                source: at(&self.claim_source, row, UserAttribute::Email.as_str()),
                fixed: at(&self.claim_fixed, row, ""),
                name: at(&self.claim_name, row, ""),
                format: at(&self.claim_format, row, ClaimNameFormat::Unspecified.as_str()),
                fault: None,
            })
            .collect()
    }

    /// The same, each row with what is wrong with it.
    pub(crate) fn judged_rows(&self) -> Vec<ClaimRow> {
        let mut rows = self.rows();
        let mut good: Vec<ClaimMapping> = Vec::new();
        for row in rows.iter_mut().filter(|row| row.is_used()) {
            match row.mapping() {
                Ok(claim) if good.iter().any(|known| known.name() == claim.name()) => {
                    row.fault = Some("field-claim-repeated");
                }
                Ok(claim) => good.push(claim),
                Err(fault) => row.fault = Some(fault),
            }
        }
        rows
    }

    /// What is wrong with each row that was posted, blank ones included: by its place in the page.
    pub(crate) fn row_faults(&self) -> Vec<Option<&'static str>> {
        let mut judged = self.judged_rows().into_iter();
        let used = self.claim_name.len().max(self.claim_source.len());
        let fault = |row| match self.is_blank(row) {
            true => None,
            false => judged.next().and_then(|row| row.fault),
        };
        (0..used).map(fault).collect()
    }

    /// A row without a name, and without a fixed value that would be lost with it, is not there.
    fn is_blank(&self, row: usize) -> bool {
        let at = |column: &[String]| column.get(row).is_none_or(|text| text.trim().is_empty());
        at(&self.claim_name) && at(&self.claim_fixed)
    }

    /// The settings, or what is wrong beside each field of any page. For whom the application is, is not asked here.
    pub(crate) fn read(
        &self,
        (integration, audience): (Integration, Audience),
        fields: &mut Fields,
    ) -> Option<ApplicationSettings> {
        let name =
            fields.check("name", ApplicationName::parse(&self.name).map_err(|_| "field-application-name"));
        let instance = fields.check("instance", Instance::parse(&self.instance).ok_or("field-choice"));
        let access_url = AccessUrl::parse(self.access_url.trim()).map_err(|_| "field-access-url");
        let access_url = fields.check("access_url", access_url);
        let entity_id = EntityId::parse(self.entity_id.trim()).map_err(|_| "field-entity-id");
        let entity_id = fields.check("entity_id", entity_id);
        let acs_urls = fields.check("acs_urls", self.acs_urls());
        if let (Integration::Atlassian, Some(entity_id), Some(urls)) = (integration, &entity_id, &acs_urls)
            && let Err((field, fault)) = pair_fault(entity_id, urls)
        {
            fields.add(field, fault);
        }
        let name_id = self.name_id(fields);
        let claims = fields.check("claims", self.claims());
        let signs = fields.check("signs", Signs::parse(&self.signs).ok_or("field-choice"));
        if !fields.is_empty() {
            return None;
        }
        Some(ApplicationSettings {
            name: name?,
            instance: instance?,
            access_url: access_url?,
            entity_id: entity_id?,
            acs_urls: acs_urls?,
            name_id: name_id?,
            claims: claims?,
            signs: signs?,
            audience,
        })
    }

    /// What is wrong on one page.
    pub(crate) fn faults(&self, integration: Integration, step: Step) -> Fields {
        let mut all = Fields::new();
        self.read((integration, Audience::Everyone), &mut all);
        let mut fields = Fields::new();
        for fault in all.iter().filter(|fault| step.has(fault.field)) {
            fields.add(fault.field, fault.message.clone());
        }
        fields
    }

    /// The fallback administrator's address, to be held against the addresses that we know.
    pub(crate) fn fallback(&self) -> Result<EmailAddress, &'static str> {
        EmailAddress::parse(self.fallback.trim()).map_err(|_| "field-email")
    }

    /// One address a line, the default first.
    fn acs_urls(&self) -> Result<AcsUrls, &'static str> {
        let mut urls = Vec::new();
        for line in self.acs_urls.lines().map(str::trim).filter(|line| !line.is_empty()) {
            urls.push(AcsUrl::parse(line).map_err(|_| "field-acs-url")?);
        }
        if urls.len() > MOST_ACS_URLS {
            return Err("field-acs-urls-many");
        }
        let mut urls = urls.into_iter();
        let default = urls.next().ok_or("field-acs-url")?;
        Ok(AcsUrls::new(default, urls))
    }

    /// Format and source of the NameID.
    pub(crate) fn name_id(&self, fields: &mut Fields) -> Option<NameIdRule> {
        let format =
            fields.check("name_id_format", Format::parse(&self.name_id_format).ok_or("field-choice"));
        let source = UserAttribute::parse(&self.name_id_source).ok_or("field-choice");
        let source = fields.check("name_id_source", source);
        Some(NameIdRule { format: format?, source: source? })
    }

    fn claims(&self) -> Result<Vec<ClaimMapping>, &'static str> {
        let rows = self.rows();
        let claims: Result<Vec<_>, _> =
            rows.iter().filter(|row| row.is_used()).map(ClaimRow::mapping).collect();
        let claims = claims?;
        if claims.len() > MOST_CLAIMS {
            return Err("field-claims-many");
        }
        distinct(&claims).map_err(fault)?;
        Ok(claims)
    }

    /// The rows that are good, for the preview.
    pub(crate) fn good_claims(&self) -> Vec<ClaimMapping> {
        let rows = self.judged_rows();
        let good = rows.iter().filter(|row| row.is_used() && row.fault.is_none());
        good.filter_map(|row| row.mapping().ok()).collect()
    }
}

impl ClaimRow {
    fn is_used(&self) -> bool {
        !self.name.is_empty() || !self.fixed.is_empty()
    }

    fn mapping(&self) -> Result<ClaimMapping, &'static str> {
        let source = match self.source.as_str() {
            FIXED => ClaimSource::Fixed(self.fixed.clone()),
            word => ClaimSource::User(UserAttribute::parse(word).ok_or("field-choice")?),
        };
        let format = ClaimNameFormat::parse(&self.format).ok_or("field-choice")?;
        ClaimMapping::new(source, &self.name, format).map_err(fault)
    }
}

/// What is wrong with the pair of values copied from Atlassian, and beside which of them it is said.
fn pair_fault(entity_id: &EntityId, urls: &AcsUrls) -> Result<(), (&'static str, &'static str)> {
    match atlassian::pair(entity_id, urls.default_url()) {
        Ok(()) => Ok(()),
        Err(PairError::Swapped) => Err(("entity_id", "field-atlassian-swapped")),
        Err(PairError::NoUniqueId) => Err(("entity_id", "field-atlassian-unique-id")),
        Err(PairError::NoConnection) => Err(("acs_urls", "field-atlassian-connection")),
        Err(PairError::Another) => Err(("acs_urls", "field-atlassian-another")),
    }
}

fn fault(error: ClaimError) -> &'static str {
    match error {
        ClaimError::Name => "field-claim-name",
        ClaimError::Value => "field-claim-value",
        ClaimError::Repeated(_) => "field-claim-repeated",
    }
}

/// The word of a source in forms.
fn source_word(source: &ClaimSource) -> &'static str {
    match source {
        ClaimSource::User(attribute) => attribute.as_str(),
        ClaimSource::Fixed(_) => FIXED,
    }
}

fn fixed_text(source: &ClaimSource) -> String {
    match source {
        ClaimSource::User(_) => String::new(),
        ClaimSource::Fixed(value) => value.clone(),
    }
}

/// The source that is a text and not an attribute.
pub(crate) const FIXED: &str = "fixed";

/// The claims of the guide's step 3.
const GUIDE: &[(UserAttribute, &str)] = &[
    (UserAttribute::Username, "email"),
    (UserAttribute::FirstName, "firstname"),
    (UserAttribute::LastName, "lastname"),
];

const EMPTY_ROWS: usize = 2;
const MOST_CLAIMS: usize = 50;
const MOST_ACS_URLS: usize = 20;

#[cfg(test)]
#[path = "application_form_cases.rs"]
mod tests;
