//! `countersign`: see `countersign --help`.

use std::process::ExitCode;

use clap::Parser as _;
use server::cli::{Cli, Command};
use server::{commands, demo};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => demo::run(&arguments).await,
            Command::Serve(arguments) => commands::serve(&arguments).await,
            Command::Migrate(arguments) => commands::migrate(&arguments).await,
            Command::Doctor(arguments) => commands::doctor(&arguments).await,
        }
    });
    match done {
        Ok(code) => code,
        Err(error) => failed(&*error),
    }
}

#[expect(clippy::print_stderr, reason = "this is what the operator reads")]
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("countersign: {error}");
    let mut inner = error.source();
    while let Some(cause) = inner {
        eprintln!("  because: {cause}");
        inner = cause.source();
    }
    ExitCode::FAILURE
}
