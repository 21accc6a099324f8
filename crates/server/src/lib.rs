//! The binary `countersign`: configuration, command line, both services wired into one process.
//!
//! - [`cli`] what may be asked; [`config`] what is meant, parsed once
//! - [`services`] opens databases, master key and both services; [`listen`] answers until told to stop
//! - [`commands`] `serve`, `migrate`, `doctor`; [`demo`] both ends and four sample products, joined
//! - [`ambient`] the machine's time and chance: nothing below this crate asks for them
//!
//! There are no rules and no SQL here.

pub mod ambient;
pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod health;
pub mod listen;
pub mod services;
pub mod telemetry;
