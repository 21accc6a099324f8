//! Whole-program tests: the architecture, and journeys of real browsers through the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says by panicking what it found")]

mod addresses;
mod architecture;
mod demo;
mod documents;
mod guide;
mod idp_console;
mod inspector;
mod interop;
mod journey_acs;
mod journey_atlassian;
mod journey_axe;
mod journey_clocks;
mod journey_demo_browser;
mod journey_guide;
mod journey_hybrid;
mod journey_interop_idp;
mod journey_interop_rp;
mod journey_interop_sp;
mod journey_network;
mod journey_nodes;
mod journey_passkey;
mod journey_qr;
mod journey_qr_refused;
mod journey_serve;
mod journey_tabs;
mod kills;
mod nodes;
mod pictures;
mod proxy;
#[allow(dead_code, unused_imports, reason = "the bench needs other parts")]
mod served;
mod service_provider;
mod two_screens;
