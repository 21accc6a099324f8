//! Every part of a response, of the party whose ACS gets it or of another one.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use org::model::{AccountId, ServiceProvider};
use saml::core::RelayState;
use saml::protocol::{AuthnRequest, RequestedAcs};
use store::testing::databases;
use testkit::tamper::xml;

use super::{Crossing, Side};
use crate::kit::{Form, Idp};

/// What a response is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The handle that comes with it.
    RelayState,
    /// Whose key signs the assertion.
    Key,
    /// Not signed: where the response says that it goes.
    Destination,
    /// Not signed: the request that the response says it answers.
    InResponseTo,
    /// Not signed: who the response says wrote it.
    ResponseIssuer,
    /// From here on signed: who wrote the assertion.
    Issuer,
    /// To whom its bearer brings it.
    Recipient,
    /// For which request.
    BearerInResponseTo,
    /// For whom it is.
    Audience,
    /// Whose domain the person's address is on.
    Person,
}

const PARTS: [Part; 10] = [
    Part::RelayState,
    Part::Key,
    Part::Destination,
    Part::InResponseTo,
    Part::ResponseIssuer,
    Part::Issuer,
    Part::Recipient,
    Part::BearerInResponseTo,
    Part::Audience,
    Part::Person,
];

/// The parts that are the other party's.
#[derive(Debug)]
struct Row(Vec<Part>);

impl Row {
    /// Few foreign parts, or few own ones: what an attacker would try, and the whole response of another one.
    fn all() -> Vec<Self> {
        let of = |bits: u32| PARTS.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
        let rows = (0..1 << PARTS.len()).map(|bits| Self(of(bits).map(|(_, part)| *part).collect()));
        rows.filter(|row| row.0.len() <= 2 || row.0.len() + 1 >= PARTS.len()).collect()
    }

    fn foreign(&self, part: Part) -> bool {
        self.0.contains(&part)
    }

    /// The refusal that it must give: that of the first rule which it breaks. A handle of this browser's other request
    /// selects nothing here; then `InResponseTo` does, and both grant nothing.
    fn refusal(&self, one_organization: bool) -> Option<&'static str> {
        let unknown = self.foreign(Part::RelayState) && self.foreign(Part::InResponseTo);
        let domain = if one_organization { "domain-not-linked" } else { "domain-not-verified" };
        let rules = [
            (unknown, "request-unknown"),
            (self.foreign(Part::Key), "wrong-signature"),
            (self.foreign(Part::Destination), "wrong-destination"),
            (self.foreign(Part::InResponseTo), "wrong-request"),
            (self.foreign(Part::ResponseIssuer), "wrong-response-issuer"),
            (self.foreign(Part::Issuer), "wrong-issuer"),
            (self.foreign(Part::Recipient), "wrong-recipient"),
            (self.foreign(Part::BearerInResponseTo), "bearer-wrong-request"),
            (self.foreign(Part::Audience), "wrong-audience"),
            (self.foreign(Part::Person), domain),
        ];
        rules.into_iter().find(|(broken, _)| *broken).map(|(_, code)| code)
    }
}

/// A request of each of two parties, both open in one browser.
struct Asked<'a>([(Side<'a>, AuthnRequest, Option<RelayState>); 2]);

impl<'a> Asked<'a> {
    /// The second party's part where it is foreign.
    fn of(&self, row: &Row, part: Part) -> &(Side<'a>, AuthnRequest, Option<RelayState>) {
        &self.0[usize::from(row.foreign(part))]
    }

    fn side(&self, row: &Row, part: Part) -> Side<'a> {
        self.of(row, part).0
    }

    fn answer(&self, row: &Row, crossing: &Crossing) -> Form {
        let issuer = &self.side(row, Part::Issuer).tenant.idp.entity_id;
        let signer = self.side(row, Part::Key).tenant.idp.under_another_name(issuer.as_str());
        let us = ServiceProvider {
            entity_id: self.side(row, Part::Audience).tenant.us.entity_id.clone(),
            acs_url: self.side(row, Part::Recipient).tenant.us.acs_url.clone(),
        };
        let mut request = self.of(row, Part::BearerInResponseTo).1.clone();
        request.issuer = us.entity_id.clone();
        request.acs = RequestedAcs::Url(us.acs_url.as_str().to_owned());
        let relay_state = self.of(row, Part::RelayState).2.clone();
        let reply = signer.checked(&us, request).reply(relay_state);
        // An attribute of the other's says nothing; the NameID alone names the person.
        let others = ["maya@acme.example", "maya@globex.example", "maya@second.example"];
        let person = others
            .into_iter()
            .fold(self.side(row, Part::Person).person(), |person, address| person.with("email", address));
        let destination = self.side(row, Part::Destination).tenant.us.acs_url.as_str();
        let named = self.of(row, Part::InResponseTo).1.id.as_str();
        let written_by = self.side(row, Part::ResponseIssuer).tenant.idp.entity_id.as_str();
        signer.issue(reply, &person, crossing.world.now()).edited(|bytes| {
            let bytes = xml::set_attribute(&bytes, "Response", "Destination", destination);
            let bytes = xml::set_attribute(&bytes, "Response", "InResponseTo", named);
            xml::set_content(&bytes, "Response/Issuer", written_by)
        })
    }
}

/// Brings one response home, to the first of two parties: the account that it signed in, or the code of the refusal.
async fn bring(crossing: &Crossing, parties: [Side<'_>; 2], row: &Row) -> Result<AccountId, String> {
    let (world, mut browser) = (&crossing.world, crossing.world.browser());
    // As many people as one place may send in peace.
    world.clock.advance(SignedDuration::from_secs(10));
    let mut leave = async |side: Side<'_>| {
        let target = world.leave(&mut browser, &side.person().address, "/").await;
        Idp::read(&target)
    };
    let (ours, theirs) = (leave(parties[0]).await, leave(parties[1]).await);
    let asked = Asked([(parties[0], ours.0, ours.1), (parties[1], theirs.0, theirs.1)]);
    let form = asked.answer(row, crossing);
    let page = browser.bring_home(&parties[0].tenant.us, &form).await;
    if page.location().as_deref() != Some("/") {
        assert!(browser.cookie("__Host-org-session").is_none(), "{row:?}: {page:?}");
        assert!(page.status.is_client_error(), "{row:?}: {page:?}");
        return Err(page.code());
    }
    let who = browser.who().await;
    assert_eq!(who.as_deref(), Some(parties[0].person().address.as_str()), "{row:?}");
    let event = world.last("sign_in.succeeded").await;
    assert_eq!(event.data["organization"], parties[0].tenant.organization.id.to_string(), "{row:?}");
    Ok(event.subject.unwrap().parse().unwrap())
}

#[tokio::test]
async fn no_part_of_another_party_s_response_signs_anybody_in() {
    let rows = Row::all();
    assert_eq!(rows.len(), 1 + 10 + 45 + 10 + 1);
    for database in databases().await {
        let crossing = Crossing::new(&database).await;
        let sides = [crossing.acme(), crossing.globex(), crossing.second()];
        let (mut refused, mut accounts) = (0, BTreeMap::new());
        let before = crossing.world.count("account.created").await;
        for (home, other) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
            let parties = [sides[home], sides[other]];
            let one_organization = parties[0].is_of_the_organization_of(&parties[1]);
            for row in &rows {
                let what = format!("{} with {row:?} of {}", parties[0].domain, parties[1].domain);
                let came = bring(&crossing, parties, row).await;
                match row.refusal(one_organization) {
                    Some(code) => assert_eq!(came.unwrap_err(), code, "{what}"),
                    None => {
                        let account = came.unwrap_or_else(|code| panic!("{what}: {code}"));
                        assert_eq!(*accounts.entry(home).or_insert(account), account, "{what}");
                        continue;
                    }
                }
                refused += 1;
            }
        }
        // One stable id at three directories is three people.
        assert!(accounts[&0] != accounts[&1] && accounts[&0] != accounts[&2] && accounts[&1] != accounts[&2]);
        // The two controls of a pair: nothing foreign, and a handle that selects nothing.
        assert_eq!(refused, 6 * (rows.len() - 2), "{}", database.engine());
        assert_eq!(crossing.world.count("account.created").await, before + 3);
    }
}
