//! How long write transactions held their turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest turn: a write transaction that is kept for longer, from `begin`
/// (or from its lock) to `commit`, is rolled back. Time that a database server
/// itself takes to answer does not count.
pub const TURN: Duration = Duration::from_millis(250);

/// Turns so far, by their length: the cells of a histogram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnReport {
    /// How many turns were at most this long and longer than the cell before.
    /// The last cell has no upper end.
    pub cells: Vec<(Option<Duration>, u64)>,
    /// All turns together, in microseconds.
    pub total_micros: u64,
    /// How many were rolled back because they took too long.
    pub expired: u64,
}

#[derive(Default)]
pub(crate) struct Turns {
    cells: [AtomicU64; ENDS.len() + 1],
    total_micros: AtomicU64,
    expired: AtomicU64,
}

impl Turns {
    pub(crate) fn record(&self, held: Duration) {
        let micros = u64::try_from(held.as_micros()).unwrap_or(u64::MAX);
        let cell = ENDS.partition_point(|end| *end < micros);
        self.cells[cell].fetch_add(1, Ordering::Relaxed);
        self.total_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn record_expired(&self) {
        self.expired.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn report(&self) -> TurnReport {
        let ends = ENDS.iter().map(|end| Some(Duration::from_micros(*end)));
        let counts = self.cells.iter().map(|cell| cell.load(Ordering::Relaxed));
        TurnReport {
            cells: ends.chain([None]).zip(counts).collect(),
            total_micros: self.total_micros.load(Ordering::Relaxed),
            expired: self.expired.load(Ordering::Relaxed),
        }
    }
}

/// Upper ends of the cells, in microseconds.
const ENDS: [u64; 9] = [100, 250, 1_000, 2_500, 10_000, 25_000, 100_000, 250_000, 1_000_000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_turn_falls_into_one_cell() {
        let turns = Turns::default();
        for micros in [0, 100, 101, 250_000, 5_000_000] {
            turns.record(Duration::from_micros(micros));
        }
        let report = turns.report();
        let counts: Vec<u64> = report.cells.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 0, 0, 0, 1, 0, 1]);
        assert_eq!(report.cells[9].0, None);
    }
}
