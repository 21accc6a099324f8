//! One chromedriver for all browsers of a test process.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
};

/// A running chromedriver. It dies with its last browser, and with the process
/// however that ends.
pub(super) struct Driver {
    shell: Child,
    url: String,
}

impl Driver {
    /// The driver that runs, or a new one.
    pub(super) fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Driver>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = running.upgrade() {
            return driver;
        }
        let driver = Arc::new(Self::start());
        *running = Arc::downgrade(&driver);
        driver
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A shell stands between, in a process group of its own: when its standard
    /// input ends, because this value was dropped or because the test process
    /// was killed, it kills the group, browsers and all.
    fn start() -> Self {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", WATCH, "sh", CHROMEDRIVER, "--port=0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell starts");
        let port = port(shell.stdout.take().expect("its output is piped"));
        Self { shell, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell dies with its group; its status says nothing.
        let _ = self.shell.wait();
    }
}

/// Kills one process and waits for nothing.
pub(super) fn kill(process: u64) {
    let _ = Command::new("/bin/sh").args(["-c", "kill -KILL \"$1\"", "sh", &process.to_string()]).status();
}

fn port(output: ChildStdout) -> u16 {
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines
        .find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
        .expect("chromedriver is installed and says its port");
    // Somebody has to read on, or chromedriver dies of a closed pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
/// The group dies when the driver ends, so that nobody waits for the words of one
/// that is not installed, and when the standard input does.
const WATCH: &str = r#"{ "$@"; kill -KILL 0; } & exec >/dev/null; read -r _; kill -KILL 0"#;
