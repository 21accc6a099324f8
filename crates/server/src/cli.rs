//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Passwordless single sign-on, both ends of it.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Both ends and four sample products on this machine, joined: the newcomer's first minute
    Demo(DemoArgs),
    /// What the configuration says; without one, both ends on this machine
    Serve(ConfigArgs),
    /// Bring the databases of the configuration to this version
    Migrate(ConfigArgs),
    /// Say what is wrong with this deployment
    Doctor(ConfigArgs),
}

/// Where the configuration is.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file [default: ./countersign.toml if it exists]
    #[arg(long, short, env = "COUNTERSIGN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How the demo runs.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where its data lies, kept from run to run
    #[arg(long, default_value = "countersign-demo", value_name = "FOLDER")]
    pub data: PathBuf,
    /// The file of its master key
    #[arg(long, default_value = "countersign-demo.key", value_name = "FILE")]
    pub key_file: PathBuf,
    /// Forget the last run's data first
    #[arg(long)]
    pub fresh: bool,
    /// Open two windows of the installed Chromium, a desktop and a phone, with virtual passkeys
    #[arg(long)]
    pub browser: bool,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub address: IpAddr,
    /// The identity provider's public URL
    #[arg(long, default_value = "http://idp.localhost:8080", value_name = "URL")]
    pub idp_url: String,
    /// The organisation's public URL
    #[arg(long, default_value = "http://acme.localhost:8090", value_name = "URL")]
    pub org_url: String,
    /// The port of the sample products
    #[arg(long, default_value_t = 8095, value_name = "PORT")]
    pub products_port: u16,
}
