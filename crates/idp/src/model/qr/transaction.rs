//! One transaction: a desktop that shows a code, and the phone that opens it.
//!
//! ```text
//! pending ─open─► opened ─digits─► matched ─approve─► approved ─consume─► consumed
//!    └───────────────┴────────────────┴──────────────────┴──────► ended
//! ```
//!
//! There is no way back (T081), and no step after the deadline. What a step gives is saved by a compare-and-set on the
//! stage it was taken from.

use std::fmt;
use std::net::IpAddr;

use console::door::KeptProof;
use console::person::PersonId;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;
use web::TokenHash;

use super::Ending;
use crate::model::application::ApplicationId;
use crate::model::sign_in::SignInId;

/// The row of a transaction. It opens nothing without the cookie of the desktop or of the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QrId(Uuid);

impl QrId {
    /// The transaction whose row has this id.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id of the row.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for QrId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// The two digits that the desktop shows and the person types on the phone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digits([u8; 2]);

impl Digits {
    /// One of a hundred, each as likely as the others.
    pub fn draw(random: [u8; 16]) -> Self {
        // Two hundred values of a byte fall evenly on a hundred; that sixteen bytes are all above does not happen.
        let even = random.into_iter().find(|byte| *byte < 200).unwrap_or(0) % 100;
        Self([b'0' + even / 10, b'0' + even % 10])
    }

    /// Digits as they were stored.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 2] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// As shown and stored.
    pub fn text(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }

    /// Whether these were typed.
    fn are(self, typed: &str) -> bool {
        typed.trim().as_bytes().ct_eq(&self.0).into()
    }
}

/// Hidden: logs must not hand them to anybody.
impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(…)")
    }
}

/// The browser that shows the code, as it was when the transaction began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desktop {
    /// The hash of its cookie's secret: only this browser sees or uses the transaction.
    pub browser: TokenHash,
    /// The hash of the secret by which it is known.
    pub known: Option<TokenHash>,
    /// Where it called from.
    pub address: IpAddr,
    /// Browser and system in words.
    pub agent: String,
}

/// The browser that opened the code by POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone {
    /// The hash of its cookie's secret: only this browser can approve.
    pub browser: TokenHash,
    /// Where it called from: when it opened, and once it has approved, then.
    pub address: IpAddr,
    /// When it opened.
    pub opened_at: Timestamp,
}

/// Who approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Whose ceremony it was.
    pub person: PersonId,
    /// Where the proof waits for the desktop.
    pub proof: KeptProof,
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The desktop shows codes.
    Pending,
    /// A phone opened one; the desktop shows the digits instead.
    Opened(Phone, Digits),
    /// The phone's person typed them.
    Matched(Phone, Digits),
    /// And proved who they are.
    Approved(Phone, Approval),
    /// The desktop went on with it.
    Consumed(Phone),
    /// It ended without a sign-in.
    Ended(Ending, Option<Phone>),
}

impl Stage {
    /// The phone, once there is one.
    pub const fn phone(&self) -> Option<Phone> {
        match *self {
            Self::Opened(phone, _)
            | Self::Matched(phone, _)
            | Self::Approved(phone, _)
            | Self::Consumed(phone) => Some(phone),
            Self::Ended(_, phone) => phone,
            Self::Pending => None,
        }
    }

    /// Whether it can still lead to a sign-in.
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::Consumed(_) | Self::Ended(..))
    }
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The row.
    pub id: QrId,
    /// Of which sign-in.
    pub sign_in: SignInId,
    /// To which application.
    pub application: ApplicationId,
    /// The browser that shows the code.
    pub desktop: Desktop,
    /// What its codes are made of, together with the desktop's cookie secret.
    pub seed: [u8; 16],
    /// "Shared computer: don't remember me".
    pub shared: bool,
    /// When the first code was shown.
    pub began_at: Timestamp,
    /// How far it has come.
    pub stage: Stage,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The time of the transaction is over.
    #[error("the transaction's time is over")]
    Expired,
    /// Another phone opened it first.
    #[error("the code was opened before")]
    Used,
    /// It is not at this step: taken before, not reached, or at an end.
    #[error("the transaction is not at this step")]
    NotHere,
}

impl Transaction {
    /// Its end: five minutes in all, and two minutes from the opening.
    pub fn deadline(&self) -> Timestamp {
        let in_all = later(self.began_at, IN_ALL);
        self.stage.phone().map_or(in_all, |phone| later(phone.opened_at, FROM_OPENING).min(in_all))
    }

    /// Whether it can still lead to a sign-in.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.stage.is_live() && now < self.deadline()
    }

    /// A phone opens the code.
    ///
    /// # Errors
    /// When another did, or it is too late.
    pub fn open(&self, phone: Phone, digits: Digits) -> Result<Stage, Stopped> {
        match self.stage {
            Stage::Pending if phone.opened_at < self.deadline() => Ok(Stage::Opened(phone, digits)),
            Stage::Pending => Err(Stopped::Expired),
            _ => Err(Stopped::Used),
        }
    }

    /// The digits are typed: one try.
    ///
    /// # Errors
    /// When they are not being waited for.
    pub fn try_digits(&self, typed: &str, now: Timestamp) -> Result<Stage, Stopped> {
        match self.on_time(now)? {
            Stage::Opened(phone, digits) if digits.are(typed) => Ok(Stage::Matched(phone, digits)),
            Stage::Opened(phone, _) => Ok(Stage::Ended(Ending::WrongDigits, Some(phone))),
            _ => Err(Stopped::NotHere),
        }
    }

    /// The person with the phone proved who they are, calling from `address`.
    ///
    /// # Errors
    /// When that is not being waited for.
    pub fn approve(&self, approval: Approval, address: IpAddr, now: Timestamp) -> Result<Stage, Stopped> {
        match self.on_time(now)? {
            Stage::Matched(phone, _) => Ok(Stage::Approved(Phone { address, ..phone }, approval)),
            _ => Err(Stopped::NotHere),
        }
    }

    /// The desktop goes on with the approval.
    ///
    /// # Errors
    /// When there is none, or not any more.
    pub fn consume(&self, now: Timestamp) -> Result<(Stage, Phone, Approval), Stopped> {
        match self.on_time(now)? {
            Stage::Approved(phone, approval) => Ok((Stage::Consumed(phone), phone, approval)),
            _ => Err(Stopped::NotHere),
        }
    }

    /// It ends, late or not.
    ///
    /// # Errors
    /// When it has ended before.
    pub fn end(&self, why: Ending) -> Result<Stage, Stopped> {
        match self.stage.is_live() {
            true => Ok(Stage::Ended(why, self.stage.phone())),
            false => Err(Stopped::NotHere),
        }
    }

    fn on_time(&self, now: Timestamp) -> Result<Stage, Stopped> {
        match self.stage.is_live() && now >= self.deadline() {
            true => Err(Stopped::Expired),
            false => Ok(self.stage),
        }
    }
}

/// When the code with this number is first shown; the first is number 0.
pub fn shown_at(began_at: Timestamp, number: u8) -> Timestamp {
    later(began_at, HANDLE_SHOWN * i32::from(number))
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// How long a code is shown, until the next one takes its place.
pub const HANDLE_SHOWN: SignedDuration = SignedDuration::from_secs(30);

/// How long a code is good: while it is shown, and while the next one is.
pub const HANDLE_GOOD: SignedDuration = SignedDuration::from_secs(60);

/// How long a transaction lives once a phone has opened it.
pub const FROM_OPENING: SignedDuration = SignedDuration::from_secs(120);

/// How long a transaction lives in all.
pub const IN_ALL: SignedDuration = SignedDuration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;

    const MAYA: PersonId = PersonId::new(Uuid::from_u128(1));

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn hash(byte: u8) -> TokenHash {
        TokenHash::from_slice(&[byte; 32]).expect("32 bytes")
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    fn phone(second: i64) -> Phone {
        Phone { browser: hash(2), address: address(2), opened_at: at(second) }
    }

    fn approval() -> Approval {
        Approval { person: MAYA, proof: KeptProof::from_uuid(Uuid::from_u128(7)) }
    }

    fn digits(text: &str) -> Digits {
        Digits::parse(text).expect("two digits")
    }

    fn transaction(stage: Stage) -> Transaction {
        Transaction {
            id: QrId::new(Uuid::from_u128(3)),
            sign_in: SignInId::new(Uuid::from_u128(4)),
            application: ApplicationId::new(Uuid::from_u128(5)),
            desktop: Desktop {
                browser: hash(1),
                known: None,
                address: address(1),
                agent: "Firefox on Linux".to_owned(),
            },
            seed: [0; 16],
            shared: false,
            began_at: at(0),
            stage,
        }
    }

    #[test]
    fn the_clocks() {
        let pending = transaction(Stage::Pending);
        assert_eq!(pending.deadline(), at(300));
        assert!(pending.open(phone(299), digits("42")).is_ok());
        assert_eq!(pending.open(phone(300), digits("42")), Err(Stopped::Expired));
        let opened = transaction(Stage::Opened(phone(100), digits("42")));
        assert_eq!(opened.deadline(), at(220), "two minutes from the opening");
        assert!(opened.try_digits("42", at(219)).is_ok());
        assert_eq!(opened.try_digits("42", at(220)), Err(Stopped::Expired));
        let late = transaction(Stage::Opened(phone(250), digits("42")));
        assert_eq!(late.deadline(), at(300), "but five minutes in all");
        assert_eq!(shown_at(at(0), 0), at(0));
        assert_eq!(shown_at(at(0), 9), at(270));
    }

    #[test]
    fn the_digits_have_one_try() {
        let opened = transaction(Stage::Opened(phone(0), digits("07")));
        assert!(matches!(opened.try_digits("07", at(1)), Ok(Stage::Matched(..))));
        assert!(matches!(opened.try_digits(" 07 ", at(1)), Ok(Stage::Matched(..))));
        for wrong in ["70", "7", "", "007", "0７", "７", "0x"] {
            let after = opened.try_digits(wrong, at(1));
            assert_eq!(after, Ok(Stage::Ended(Ending::WrongDigits, Some(phone(0)))), "{wrong}");
        }
    }

    #[test]
    fn digits_are_drawn_evenly() {
        let mut seen = std::collections::BTreeMap::new();
        for byte in 0..200 {
            let drawn = Digits::draw([byte; 16]).text();
            assert!(Digits::parse(&drawn).is_some());
            *seen.entry(drawn).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 100);
        assert!(seen.values().all(|times| *times == 2));
        let mut late = [255; 16];
        late[15] = 41;
        assert_eq!(Digits::draw(late).text(), "41");
        assert_eq!(format!("{:?}", digits("41")), "Digits(…)");
        for bad in ["", "1", "123", "a1", "１"] {
            assert!(Digits::parse(bad).is_none(), "{bad}");
        }
    }

    /// How far a stage is: a step always leads further.
    fn rank(stage: &Stage) -> u8 {
        match stage {
            Stage::Pending => 0,
            Stage::Opened(..) => 1,
            Stage::Matched(..) => 2,
            Stage::Approved(..) => 3,
            Stage::Consumed(_) | Stage::Ended(..) => 4,
        }
    }

    /// A small generator of our own: the same walks at every run.
    struct Dice(u64);

    impl Dice {
        fn throw(&mut self, sides: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % sides
        }
    }

    fn step(
        transaction: &Transaction,
        now: Timestamp,
        dice: &mut Dice,
    ) -> (&'static str, Result<Stage, Stopped>) {
        match dice.throw(9) {
            0 | 1 => {
                let phone = Phone { opened_at: now, ..phone(0) };
                ("open", transaction.open(phone, digits("42")))
            }
            2 | 3 => ("right", transaction.try_digits("42", now)),
            4 => ("wrong", transaction.try_digits("43", now)),
            5 | 6 => ("approve", transaction.approve(approval(), address(9), now)),
            7 => ("consume", transaction.consume(now).map(|(stage, ..)| stage)),
            _ => ("end", transaction.end(Ending::NotMe)),
        }
    }

    #[test]
    fn ten_thousand_walks_never_go_back() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let (mut consumed, mut ended, mut expired) = (0, 0, 0);
        for walk in 0..10_000 {
            let mut transaction = transaction(Stage::Pending);
            let mut second = 0;
            let mut way = Vec::new();
            for _ in 0..24 {
                second += i64::try_from(dice.throw(40)).expect("small");
                let (act, after) = step(&transaction, at(second), &mut dice);
                let Ok(after) = after else {
                    expired += u32::from(after == Err(Stopped::Expired));
                    continue;
                };
                let before = transaction.stage;
                assert!(before.is_live(), "walk {walk}: {act} after the end, {way:?}");
                assert!(rank(&after) > rank(&before), "walk {walk}: {act} led back, {way:?}");
                let ends = matches!(after, Stage::Ended(..));
                assert!(ends || at(second) < transaction.deadline(), "walk {walk}: {act} too late, {way:?}");
                if let (Some(was), Some(is)) = (before.phone(), after.phone()) {
                    assert_eq!((was.browser, was.opened_at), (is.browser, is.opened_at), "walk {walk}");
                }
                way.push(act);
                transaction.stage = after;
            }
            let end: Vec<_> = way.iter().filter(|act| **act == "consume").collect();
            match transaction.stage {
                Stage::Consumed(_) => {
                    assert_eq!(way, ["open", "right", "approve", "consume"], "walk {walk}");
                    consumed += 1;
                }
                Stage::Ended(..) => {
                    assert!(end.is_empty(), "walk {walk}");
                    ended += 1;
                }
                _ => assert!(end.is_empty(), "walk {walk}"),
            }
        }
        // All ways were walked.
        assert!(consumed > 100 && ended > 100 && expired > 100, "{consumed} {ended} {expired}");
    }
}
