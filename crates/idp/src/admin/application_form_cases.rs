use super::*;

fn filled(integration: Integration) -> ApplicationForm {
    ApplicationForm {
        name: "Atlassian".to_owned(),
        access_url: "https://acme.atlassian.net".to_owned(),
        entity_id: "https://auth.atlassian.com/saml/a1".to_owned(),
        acs_urls: "https://auth.atlassian.com/login/callback?connection=saml-a1\n".to_owned(),
        ..ApplicationForm::new(integration)
    }
}

fn read(
    form: &ApplicationForm,
    integration: Integration,
    fields: &mut Fields,
) -> Option<ApplicationSettings> {
    form.read((integration, Audience::Everyone), fields)
}

fn faults(form: &ApplicationForm, integration: Integration) -> Vec<(&'static str, String)> {
    let mut fields = Fields::new();
    let settings = read(form, integration, &mut fields);
    assert_eq!(settings.is_none(), !fields.is_empty());
    fields.iter().map(|fault| (fault.field, fault.message.id().to_owned())).collect()
}

#[test]
fn the_guides_application() {
    let form = filled(Integration::Saml);
    let settings = read(&form, Integration::Saml, &mut Fields::new()).expect("a good form");
    assert_eq!(settings.name_id.format, Format::EmailAddress);
    assert_eq!(settings.signs, Signs::Assertion);
    let names: Vec<_> = settings.claims.iter().map(ClaimMapping::name).collect();
    assert_eq!(names, ["email", "firstname", "lastname"]);
}

#[test]
fn the_guided_one_says_everything_in_both_spellings_and_has_a_stable_id() {
    let form = filled(Integration::Atlassian);
    let settings = read(&form, Integration::Atlassian, &mut Fields::new()).expect("a good form");
    let names: Vec<_> = settings.claims.iter().map(ClaimMapping::name).collect();
    for name in ["email", "firstname", "lastname", "first_name", "last_name", atlassian::STABLE_ID] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let stable = settings.claims.iter().find(|claim| claim.name() == atlassian::STABLE_ID).expect("there");
    assert_eq!(stable.source(), &ClaimSource::User(UserAttribute::Id), "never the address");
    assert_eq!(
        settings.acs_urls.default_url().as_str(),
        "https://auth.atlassian.com/login/callback?connection=saml-a1"
    );
}

#[test]
fn each_fault_stands_beside_its_field() {
    type Change = fn(&mut ApplicationForm);
    let cases: [(Change, &str, &str); 15] = [
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
        (|f| std::mem::swap(&mut f.entity_id, &mut f.acs_urls), "entity_id", "field-atlassian-swapped"),
        (|f| f.entity_id = "https://auth.atlassian.com/a1".into(), "entity_id", "field-atlassian-unique-id"),
        (
            |f| f.acs_urls = "https://auth.atlassian.com/login/callback".into(),
            "acs_urls",
            "field-atlassian-connection",
        ),
        (
            |f| f.entity_id = "https://auth.atlassian.com/saml/b2".into(),
            "acs_urls",
            "field-atlassian-another",
        ),
    ];
    for (change, field, message) in cases {
        let mut form = filled(Integration::Atlassian);
        change(&mut form);
        assert_eq!(faults(&form, Integration::Atlassian), [(field, message.to_owned())]);
        let beside: Vec<_> = Step::of(Integration::Atlassian)
            .iter()
            .filter(|step| !form.faults(Integration::Atlassian, **step).is_empty())
            .collect();
        assert_eq!(beside.len(), 1, "on one page: {field} {beside:?}");
    }
}

#[test]
fn the_shapes_of_atlassian_bind_nobody_else() {
    let mut form = filled(Integration::Saml);
    form.entity_id = "urn:example:sp".to_owned();
    assert_eq!(faults(&form, Integration::Saml), []);
}

#[test]
fn blank_rows_are_not_there_and_typed_ones_come_back() {
    let mut form = filled(Integration::Saml);
    form.claim_name[1] = String::new();
    form.claim_source[2] = "fixed".to_owned();
    form.claim_fixed[2] = "gold".to_owned();
    let settings = read(&form, Integration::Saml, &mut Fields::new()).expect("a good form");
    assert_eq!(settings.claims.len(), 2);
    assert_eq!(settings.claims[1].source(), &ClaimSource::Fixed("gold".to_owned()));
    assert_eq!(form.rows().len(), 2 + EMPTY_ROWS);
}

#[test]
fn a_faulty_row_says_so_itself_and_the_others_are_previewed() {
    let mut form = filled(Integration::Saml);
    form.claim_name[2] = "email".to_owned();
    let rows = form.judged_rows();
    let seen: Vec<_> = rows.iter().map(|row| row.fault).collect();
    assert_eq!(seen, [None, None, Some("field-claim-repeated"), None, None]);
    assert_eq!(form.good_claims().len(), 2);
}

#[test]
fn a_page_changes_its_own_fields_alone() {
    let before = filled(Integration::Saml);
    let mut form = before.clone();
    let posted = || Posted {
        name: Some("Jira".into()),
        entity_id: Some("x".into()),
        claim_name: vec!["only".into()],
        ..Posted::default()
    };
    form.take(Step::Application, posted());
    assert_eq!(
        (form.name.as_str(), &form.entity_id, &form.claim_name),
        ("Jira", &before.entity_id, &before.claim_name)
    );
    form.take(Step::ServiceProvider, posted());
    assert_eq!((form.entity_id.as_str(), &form.claim_name), ("x", &before.claim_name));
    form.take(Step::Claims, posted());
    assert_eq!(form.claim_name, ["only"]);
    let kept: ApplicationForm =
        serde_json::from_str(&serde_json::to_string(&form).expect("writes")).expect("reads");
    assert_eq!(kept, form, "a draft survives leaving");
}
