//! Every token of every organisation for every name, put up at every name: it proves its own and nothing else.

use jiff::SignedDuration;
use org::acts::domains::Over;
use store::testing::databases;

use crate::admin::frida;
use crate::domains::{FILE, Places, add, globex, signed_in_anew, verify};
use crate::kit::{Answer, Browser, Tenant};

const NAMES: [&str; 3] = ["new.example", "mail.new.example", "other.example"];
const ORGANIZATIONS: [&str; 2] = ["acme", "globex"];

/// A token, and where it is put up.
#[derive(Debug)]
struct Row {
    /// Whose it is, for which name.
    token: (usize, usize),
    /// At which name it stands.
    place: usize,
    /// Who says that which name is theirs.
    claims: (usize, usize),
}

impl Row {
    fn all() -> Vec<Self> {
        let mut rows = Vec::new();
        for number in 0..2 * 3 * 3 * 2 * 3 {
            let (token, rest) = ((number % 2, number / 2 % 3), number / 6);
            rows.push(Self { token, place: rest % 3, claims: (rest / 3 % 2, rest / 6) });
        }
        // The first who proves a name holds it: those who may come last.
        rows.sort_by_key(Self::proves);
        rows
    }

    fn proves(&self) -> bool {
        self.token == self.claims && self.place == self.claims.1
    }
}

/// Both organisations, and their records for each name.
struct Claimants {
    at: Places,
    globex: Tenant,
    gina: Browser,
    records: [Vec<String>; 2],
}

impl Claimants {
    async fn new(at: Places) -> Self {
        let (globex, gina) = globex(&at.world).await;
        let mut both = Self { at, globex, gina, records: Default::default() };
        for (number, organization) in ORGANIZATIONS.into_iter().enumerate() {
            for name in NAMES {
                let browser = if number == 0 { &mut both.at.frida } else { &mut both.gina };
                both.records[number].push(add(browser, organization, name).await);
            }
        }
        both
    }

    fn put_up(&self, row: &Row, by: &str) {
        let record = &self.records[row.token.0][row.token.1];
        for (number, name) in NAMES.into_iter().enumerate() {
            let here = number == row.place;
            let texts: &[&str] = if here && by == "dns" { &[record] } else { &[] };
            self.at.names.set_texts(name, texts);
            let addresses = if here { vec!["127.0.0.1".parse().unwrap()] } else { Vec::new() };
            self.at.names.set_addresses(name, &[&addresses]);
        }
        self.at.site.set_file(FILE, record);
    }

    /// As often as an organisation may look, by administrators who have just proved who they are.
    async fn wait(&mut self, looked: usize) {
        self.at.world.clock.advance(SignedDuration::from_secs(11));
        if looked % 20 == 19 {
            self.at.frida = frida(&self.at.world).await.0;
            self.gina = signed_in_anew(&self.at.world, &self.globex).await;
        }
    }

    async fn verified(&mut self, row: &Row, by: &str) -> Answer {
        let (organization, name) = row.claims;
        let browser = if organization == 0 { &mut self.at.frida } else { &mut self.gina };
        verify(browser, (ORGANIZATIONS[organization], NAMES[name]), by).await
    }

    /// Takes a proved name back, so that the other one may try it.
    async fn remove(&self, row: &Row) {
        let (world, (organization, name)) = (&self.at.world, row.claims);
        let organization = [world.acme.organization.id, self.globex.organization.id][organization];
        let what = Over { organization, name: NAMES[name].parse().unwrap(), over: None, to: () };
        let now = world.now();
        world.act(async |tx, word| org::acts::domains::remove(tx, word, what, now).await).await;
    }
}

#[tokio::test]
async fn a_token_proves_one_name_of_one_organisation() {
    for by in ["dns", "http"] {
        for database in databases().await {
            let mut both = Claimants::new(Places::of(&database, &NAMES).await).await;
            let (mut proved, set_up) = (0, both.at.world.count("domain.verified").await);
            for (looked, row) in Row::all().into_iter().enumerate() {
                both.wait(looked).await;
                both.put_up(&row, by);
                let answer = both.verified(&row, by).await;
                let proves = answer.body.contains("The domain is verified.");
                assert_eq!(proves, row.proves(), "{by}: {row:?}: {answer:?}");
                if row.proves() {
                    both.remove(&row).await;
                    proved += 1;
                }
            }
            assert_eq!(proved, 6, "the control: each organisation each name");
            assert_eq!(both.at.world.count("domain.verified").await, set_up + proved);
        }
    }
}
