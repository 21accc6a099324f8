//! Whole-program tests: the architecture, and journeys through a real port.
mod architecture;
