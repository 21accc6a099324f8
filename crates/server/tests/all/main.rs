//! Whole-program tests: the architecture, and journeys of real browsers through the real binary.

mod architecture;
mod demo;
mod journey_passkey;
