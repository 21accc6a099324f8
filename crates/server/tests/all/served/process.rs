//! The binary as a process of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process of ours. Dropping it ends it.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Kills it where it stands, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _already_gone = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// `countersign serve` with the `countersign.toml` of a folder. Dropping it kills it.
pub(crate) struct Process {
    child: Running,
    /// How long it took until every listener said that it is ready.
    pub(crate) ready_after: Duration,
}

impl Process {
    /// Runs `binary` under another program (`taskset -c 0`) or none, until it is ready.
    pub(crate) fn start((binary, under): (&Path, &[&str]), folder: &Path, ports: [u16; 2]) -> Self {
        let mut command = match under {
            [] => Command::new(binary),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(binary);
                command
            }
        };
        command.args(["serve", "--config", "countersign.toml"]).current_dir(folder);
        // What tests are told that way is no setting, and an unknown one is refused.
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let mut process = Self { child: Running(child), ready_after: Duration::ZERO };
        for port in ports {
            let address = SocketAddr::from(([127, 0, 0, 1], port));
            while !is_ready(address) {
                let ended = process.child.0.try_wait().unwrap();
                assert!(ended.is_none(), "the server ended: {ended:?}");
                assert!(began.elapsed() < Duration::from_secs(60), "the server does not become ready");
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        process.ready_after = began.elapsed();
        process
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// `kill -9`, from beside whoever uses it. Dropping it waits for its end.
    pub(crate) fn kill(&self) {
        let killed = Command::new("kill").args(["-9", &self.id().to_string()]).status();
        assert!(killed.unwrap().success());
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = String::new();
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n");
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
}
