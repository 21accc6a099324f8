//! Custom App → SAML 2.0 Generic: the form of an application, with what was typed and what is wrong with it.

use saml::core::{AcsUrl, EntityId};
use serde::Deserialize;
use web::Fields;

use crate::model::application::{
    AccessUrl, AcsUrls, Application, ApplicationName, ApplicationSettings, Audience, Instance, Signs,
};
use crate::model::claims::{ClaimError, ClaimMapping, ClaimNameFormat, ClaimSource, UserAttribute, distinct};
use crate::model::name_id::{Format, NameIdRule};

/// What is typed. The claim mappings are columns: the first source belongs to the first name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ApplicationForm {
    pub(crate) name: String,
    pub(crate) instance: String,
    pub(crate) access_url: String,
    pub(crate) name_id_format: String,
    pub(crate) name_id_source: String,
    #[serde(default)]
    pub(crate) claim_source: Vec<String>,
    #[serde(default)]
    pub(crate) claim_fixed: Vec<String>,
    #[serde(default)]
    pub(crate) claim_name: Vec<String>,
    #[serde(default)]
    pub(crate) claim_format: Vec<String>,
    pub(crate) entity_id: String,
    pub(crate) acs_urls: String,
    pub(crate) signs: String,
    pub(crate) audience: String,
}

impl Default for ApplicationForm {
    /// As the guide fills it in for its first application.
    fn default() -> Self {
        Self {
            name: String::new(),
            instance: Instance::Production.as_str().to_owned(),
            access_url: String::new(),
            name_id_format: Format::EmailAddress.as_str().to_owned(),
            name_id_source: UserAttribute::Email.as_str().to_owned(),
            claim_source: GUIDE.iter().map(|(source, _)| source.as_str().to_owned()).collect(),
            claim_fixed: GUIDE.iter().map(|_| String::new()).collect(),
            claim_name: GUIDE.iter().map(|(_, name)| (*name).to_owned()).collect(),
            claim_format: GUIDE.iter().map(|_| ClaimNameFormat::Unspecified.as_str().to_owned()).collect(),
            entity_id: String::new(),
            acs_urls: String::new(),
            signs: Signs::Assertion.as_str().to_owned(),
            audience: Audience::Everyone.as_str().to_owned(),
        }
    }
}

impl From<&Application> for ApplicationForm {
    fn from(application: &Application) -> Self {
        let settings = &application.settings;
        let claims = &settings.claims;
        let urls: Vec<_> = settings.acs_urls.iter().map(AcsUrl::as_str).collect();
        Self {
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
            audience: settings.audience.as_str().to_owned(),
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
            })
            .collect()
    }

    /// A row without a name, and without a fixed value that would be lost with it, is not there.
    fn is_blank(&self, row: usize) -> bool {
        let at = |column: &[String]| column.get(row).is_none_or(|text| text.trim().is_empty());
        at(&self.claim_name) && at(&self.claim_fixed)
    }

    /// The settings, or what is wrong beside each field.
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<ApplicationSettings> {
        let name =
            fields.check("name", ApplicationName::parse(&self.name).map_err(|_| "field-application-name"));
        let instance = fields.check("instance", Instance::parse(&self.instance).ok_or("field-choice"));
        let access_url = AccessUrl::parse(self.access_url.trim()).map_err(|_| "field-access-url");
        let access_url = fields.check("access_url", access_url);
        let entity_id = EntityId::parse(self.entity_id.trim()).map_err(|_| "field-entity-id");
        let entity_id = fields.check("entity_id", entity_id);
        let acs_urls = fields.check("acs_urls", self.acs_urls());
        let name_id = self.name_id(fields);
        let claims = fields.check("claims", self.claims());
        let signs = fields.check("signs", Signs::parse(&self.signs).ok_or("field-choice"));
        let audience = fields.check("audience", Audience::parse(&self.audience).ok_or("field-choice"));
        Some(ApplicationSettings {
            name: name?,
            instance: instance?,
            access_url: access_url?,
            entity_id: entity_id?,
            acs_urls: acs_urls?,
            name_id: name_id?,
            claims: claims?,
            signs: signs?,
            audience: audience?,
        })
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

    fn name_id(&self, fields: &mut Fields) -> Option<NameIdRule> {
        let format =
            fields.check("name_id_format", Format::parse(&self.name_id_format).ok_or("field-choice"));
        let source = UserAttribute::parse(&self.name_id_source).ok_or("field-choice");
        let source = fields.check("name_id_source", source);
        Some(NameIdRule { format: format?, source: source? })
    }

    fn claims(&self) -> Result<Vec<ClaimMapping>, &'static str> {
        let mut claims = Vec::new();
        for row in self.rows().into_iter().filter(|row| !row.name.is_empty() || !row.fixed.is_empty()) {
            let source = match row.source.as_str() {
                FIXED => ClaimSource::Fixed(row.fixed.clone()),
                word => ClaimSource::User(UserAttribute::parse(word).ok_or("field-choice")?),
            };
            let format = ClaimNameFormat::parse(&row.format).ok_or("field-choice")?;
            claims.push(ClaimMapping::new(source, &row.name, format).map_err(fault)?);
        }
        if claims.len() > MOST_CLAIMS {
            return Err("field-claims-many");
        }
        distinct(&claims).map_err(fault)?;
        Ok(claims)
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
pub(crate) fn source_word(source: &ClaimSource) -> &'static str {
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
mod tests {
    use super::*;

    fn filled() -> ApplicationForm {
        ApplicationForm {
            name: "Atlassian".to_owned(),
            access_url: "https://acme.atlassian.net".to_owned(),
            entity_id: "https://auth.atlassian.com/saml/a1".to_owned(),
            acs_urls: "https://auth.atlassian.com/login/callback?connection=saml-a1\n".to_owned(),
            ..ApplicationForm::default()
        }
    }

    fn faults(form: &ApplicationForm) -> Vec<(&'static str, String)> {
        let mut fields = Fields::new();
        let read = form.read(&mut fields);
        assert_eq!(read.is_none(), !fields.is_empty());
        fields.iter().map(|fault| (fault.field, fault.message.id().to_owned())).collect()
    }

    #[test]
    fn the_guides_application() {
        let settings = filled().read(&mut Fields::new()).expect("a good form");
        assert_eq!(settings.name_id.format, Format::EmailAddress);
        assert_eq!(settings.signs, Signs::Assertion);
        let names: Vec<_> = settings.claims.iter().map(ClaimMapping::name).collect();
        assert_eq!(names, ["email", "firstname", "lastname"]);
    }

    #[test]
    fn each_fault_stands_beside_its_field() {
        type Change = fn(&mut ApplicationForm);
        let cases: [(Change, &str, &str); 12] = [
            (|f| f.name = " ".into(), "name", "field-application-name"),
            (|f| f.instance = "Prod".into(), "instance", "field-choice"),
            (|f| f.access_url = "acme".into(), "access_url", "field-access-url"),
            (|f| f.entity_id = "two words".into(), "entity_id", "field-entity-id"),
            (|f| f.acs_urls = "\n".into(), "acs_urls", "field-acs-url"),
            (|f| f.acs_urls = "https://a.example/\n/acs".into(), "acs_urls", "field-acs-url"),
            (|f| f.name_id_format = "email".into(), "name_id_format", "field-choice"),
            (|f| f.claim_name[1] = "email".into(), "claims", "field-claim-repeated"),
            (|f| f.claim_name[1] = "\u{1}".into(), "claims", "field-claim-name"),
            (|f| f.claim_source[1] = "fixed".into(), "claims", "field-claim-value"),
            (|f| f.signs = String::new(), "signs", "field-choice"),
            (|f| f.audience = "all".into(), "audience", "field-choice"),
        ];
        for (change, field, message) in cases {
            let mut form = filled();
            change(&mut form);
            assert_eq!(faults(&form), [(field, message.to_owned())]);
        }
    }

    #[test]
    fn blank_rows_are_not_there_and_typed_ones_come_back() {
        let mut form = filled();
        form.claim_name[1] = String::new();
        form.claim_source[2] = "fixed".to_owned();
        form.claim_fixed[2] = "gold".to_owned();
        let settings = form.read(&mut Fields::new()).expect("a good form");
        assert_eq!(settings.claims.len(), 2);
        assert_eq!(settings.claims[1].source(), &ClaimSource::Fixed("gold".to_owned()));
        assert_eq!(form.rows().len(), 2 + EMPTY_ROWS);
    }
}
