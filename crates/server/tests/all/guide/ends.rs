//! Ends with nothing in them, each a process of its own, and a name server that they ask.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::name_server::NameServer;
use url::Url;

use crate::addresses::Addresses;
use crate::served::{Running, free_ports};

/// Where the ends are, and what they ask.
pub(crate) struct Place {
    pub(crate) at: Addresses,
    pub(crate) names: NameServer,
    folder: tempfile::TempDir,
}

/// One of them, with nothing in it.
pub(crate) struct End {
    folder: PathBuf,
    port: u16,
    process: Option<Running>,
    printed: Vec<String>,
}

impl Place {
    pub(crate) async fn find() -> Self {
        Self {
            at: Addresses(free_ports()),
            names: NameServer::start().await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Starts an identity provider.
    pub(crate) fn idp(&self) -> End {
        self.end("idp", &self.at.idp(), self.at.0[0])
    }

    /// Starts an organisation.
    pub(crate) fn org(&self) -> End {
        self.end("org", &self.at.org(), self.at.0[1])
    }

    fn end(&self, section: &str, public_url: &str, port: u16) -> End {
        let folder = self.folder.path().join(section);
        std::fs::create_dir(&folder).unwrap();
        let toml = format!(
            "data = \"data\"\nkey_file = \"master.key\"\n[log]\nfilter = \"error\"\n\
             [{section}]\npublic_url = \"{public_url}\"\nlisten = \"127.0.0.1:{port}\"\n\
             [outside]\nname_servers = [\"{}\"]\ninside = [\"127.0.0.1\"]\n",
            self.names.address(),
        );
        std::fs::write(folder.join("countersign.toml"), toml).unwrap();
        let mut end = End { folder, port, process: None, printed: Vec::new() };
        end.start();
        end
    }
}

impl End {
    /// Starts it, on what it left.
    pub(crate) fn start(&mut self) {
        let child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["serve", "--config", "countersign.toml"])
            .current_dir(&self.folder)
            .stdout(Stdio::piped())
            .spawn();
        let mut process = Running(child.unwrap());
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        self.printed = lines.take_while(|line| !line.starts_with("Stop with")).collect();
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        while TcpStream::connect(address).is_err() {
            let ended = process.0.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {:?}", self.printed);
            std::thread::sleep(Duration::from_millis(5));
        }
        self.process = Some(process);
    }

    /// It is down.
    pub(crate) fn stop(&mut self) {
        self.process = None;
    }

    /// The one-time link on its terminal.
    pub(crate) fn set_up_link(&self) -> Url {
        let link = self.printed.iter().find_map(|line| line.split_once("set it up within an hour, once: "));
        link.unwrap_or_else(|| panic!("{:?}", self.printed)).1.parse().unwrap()
    }
}
