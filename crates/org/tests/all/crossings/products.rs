//! The session, the codes and the tokens of one organisation at the products of another.

use http::StatusCode;
use org::products::acts::Client;
use store::testing::databases;

use super::Crossing;
use crate::kit::{Answer, Browser};
use crate::products::party::{Party, answered, value};

const BOTH: [usize; 2] = [0, 1];

async fn parties(crossing: &Crossing) -> [Party; 2] {
    let at = async |organization, name| {
        Party::register_at(&crossing.world, organization, (name, Client::Confidential)).await
    };
    let acme = at(&crossing.world.acme.organization, "Jira").await;
    [acme, at(&crossing.globex.organization, "Wiki").await]
}

/// The code in the answer that led back to the product, or that of the page.
fn outcome(page: &Answer, party: &Party) -> Result<String, (StatusCode, String)> {
    if page.location().is_none() {
        return Err((page.status, page.code()));
    }
    let pairs = answered(page, &party.redirect_uri);
    Ok(value(&pairs, "code").unwrap_or_else(|| panic!("{page:?}")).to_owned())
}

#[tokio::test]
async fn a_session_of_one_organisation_is_nobody_at_another_s_products() {
    for database in databases().await {
        let crossing = Crossing::new(&database).await;
        let parties = parties(&crossing).await;
        // (who, of which organisation)
        let people = [(crossing.acme(), 0), (crossing.second(), 0), (crossing.globex(), 1)];
        let mut given = 0;
        for (side, member) in people {
            let mut browser: Browser = crossing.sign_in(side).await;
            for product in BOTH {
                for issuer in BOTH {
                    let what = format!("{} at product {product} by issuer {issuer}", side.domain);
                    let party = Party { issuer: parties[issuer].issuer.clone(), ..parties[product].clone() };
                    let came = outcome(&browser.get(&party.request(&[])).await, &party);
                    let refusal = match (product == issuer, member == product) {
                        (false, _) => Some((StatusCode::NOT_FOUND, "product-unknown")),
                        (true, false) => Some((StatusCode::FORBIDDEN, "product-access")),
                        (true, true) => None,
                    };
                    let refused = came.err();
                    assert_eq!(refused.as_ref().map(|(at, code)| (*at, code.as_str())), refusal, "{what}");
                    given += usize::from(refusal.is_none());
                }
            }
        }
        assert_eq!(given, people.len(), "the control: everybody at the product of their own");
        assert_eq!(crossing.world.count("product.code_issued").await, given);
    }
}

#[tokio::test]
async fn a_code_and_a_token_are_good_for_their_own_product_at_their_own_issuer() {
    for database in databases().await {
        let crossing = Crossing::new(&database).await;
        let parties = parties(&crossing).await;
        let world = &crossing.world;
        let mut browsers =
            [crossing.sign_in(crossing.acme()).await, crossing.sign_in(crossing.globex()).await];
        for asked in BOTH {
            for shown_by in BOTH {
                for issuer in BOTH {
                    let code = parties[asked].code(&mut browsers[asked]).await;
                    let party = Party {
                        issuer: parties[issuer].issuer.clone(),
                        redirect_uri: parties[asked].redirect_uri.clone(),
                        ..parties[shown_by].clone()
                    };
                    let answer = party.redeem(world, &code).await;
                    let right = asked == shown_by && asked == issuer;
                    assert_eq!(answer.status.is_success(), right, "{asked}{shown_by}{issuer}: {answer:?}");
                }
            }
            let code = parties[asked].code(&mut browsers[asked]).await;
            let tokens = parties[asked].redeem(world, &code).await.json();
            let token = tokens["access_token"].as_str().unwrap();
            for issuer in BOTH {
                let answer = parties[issuer].person(world, token).await;
                assert_eq!(answer.status.is_success(), asked == issuer, "{asked}{issuer}: {answer:?}");
            }
        }
    }
}
