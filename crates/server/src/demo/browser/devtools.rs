//! The Chrome DevTools Protocol over a pipe, as far as two windows need it.
//!
//! Chromium started with `--remote-debugging-pipe` reads messages from its descriptor 3 and writes
//! to its descriptor 4, each a JSON object with a zero byte behind it. No port is opened: nobody
//! else on this machine can drive the windows or take the passkeys out of them; and when the pipe
//! breaks, because the demo was killed, Chromium ends itself.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running browser, and the pipe to it.
#[derive(Debug)]
pub(super) struct DevTools {
    process: Child,
    to: tokio::sync::Mutex<ChildStdin>,
    waiting: Waiting,
    from: JoinHandle<()>,
}

/// Who a message is for: a tab, by the session that [`DevTools::attach`] gave; or the browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Session(String);

/// A tab, as long as it is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Target(String);

/// Why a message has no result.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum DevToolsError {
    /// The browser is gone.
    #[error("it has ended")]
    Ended,
    /// It does not answer.
    #[error("{0} was not answered within {n} s", n = ANSWER.as_secs())]
    Silent(&'static str),
    /// It does not do what it was asked.
    #[error("{0}: {1}")]
    Refused(&'static str, String),
    /// Its answer is not of the protocol.
    #[error("{0} was answered with something else: {1}")]
    Answer(&'static str, serde_json::Error),
}

impl DevTools {
    /// Starts Chromium. A program can be given the descriptors 3 and 4 by a shell alone: Rust hands over the
    /// first three.
    ///
    /// # Errors
    /// When there is no such program.
    pub(super) fn start(program: &Path, arguments: &[String]) -> std::io::Result<Self> {
        let mut process = Command::new("/bin/sh")
            .args(["-c", "exec \"$0\" --remote-debugging-pipe \"$@\" 3<&0 4>&1 </dev/null >/dev/null"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        let waiting = Waiting::default();
        let from = tokio::spawn(read(from, waiting.clone()));
        Ok(Self { process, to: tokio::sync::Mutex::new(to), waiting, from })
    }

    /// Says a command to the browser itself.
    pub(super) async fn browser<T: DeserializeOwned>(
        &self,
        method: &'static str,
        parameters: Value,
    ) -> Result<T, DevToolsError> {
        self.call(None, method, parameters).await
    }

    /// Says a command to a tab.
    pub(super) async fn tab<T: DeserializeOwned>(
        &self,
        session: &Session,
        method: &'static str,
        parameters: Value,
    ) -> Result<T, DevToolsError> {
        self.call(Some(session), method, parameters).await
    }

    /// The open tabs.
    pub(super) async fn tabs(&self) -> Result<Vec<Target>, DevToolsError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Targets {
            target_infos: Vec<Info>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Info {
            target_id: Target,
            r#type: String,
        }
        let found: Targets = self.browser("Target.getTargets", json!({})).await?;
        Ok(found.target_infos.into_iter().filter(|i| i.r#type == "page").map(|i| i.target_id).collect())
    }

    /// Opens a tab, empty.
    pub(super) async fn open(&self) -> Result<Target, DevToolsError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Created {
            target_id: Target,
        }
        let created: Created = self.browser("Target.createTarget", json!({ "url": "about:blank" })).await?;
        Ok(created.target_id)
    }

    /// From now on commands can be said to this tab.
    pub(super) async fn attach(&self, tab: &Target) -> Result<Session, DevToolsError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Attached {
            session_id: Session,
        }
        let asked = json!({ "targetId": tab, "flatten": true });
        let attached: Attached = self.browser("Target.attachToTarget", asked).await?;
        Ok(attached.session_id)
    }

    /// Whether the process has ended.
    pub(super) fn is_closed(&mut self) -> bool {
        self.from.is_finished() || !matches!(self.process.try_wait(), Ok(None))
    }

    /// Closes it as its person would, so that the profile is whole; ends it if it does not go.
    pub(super) async fn close(mut self) {
        let closed = async {
            let asked: Result<Value, _> = self.browser("Browser.close", json!({})).await;
            matches!(asked, Ok(_) | Err(DevToolsError::Ended)) && self.process.wait().await.is_ok()
        };
        if !tokio::time::timeout(GOING, closed).await.unwrap_or(false) {
            // An error says that it is gone already.
            let _killed = self.process.kill().await;
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        session: Option<&Session>,
        method: &'static str,
        parameters: Value,
    ) -> Result<T, DevToolsError> {
        let (id, answer) = self.waiting.expect();
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let written = {
            let mut to = self.to.lock().await;
            to.write_all(format!("{message}\0").as_bytes()).await
        };
        written.map_err(|_| DevToolsError::Ended)?;
        let answer = tokio::time::timeout(ANSWER, answer).await;
        let answer = answer.map_err(|_| DevToolsError::Silent(method))?.map_err(|_| DevToolsError::Ended)?;
        let result = answer.map_err(|said| DevToolsError::Refused(method, said))?;
        serde_json::from_value(result).map_err(|error| DevToolsError::Answer(method, error))
    }
}

impl Drop for DevTools {
    fn drop(&mut self) {
        self.from.abort();
    }
}

/// A command's result, or what the browser says against it.
type Answer = Result<Value, String>;

/// Who waits for which answer; nobody any more once the browser is gone.
#[derive(Debug, Clone, Default)]
struct Waiting(Arc<Mutex<Asked>>);

/// The number of the last command, and who waits for the answer to which.
#[derive(Debug, Default)]
struct Asked {
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
}

impl Waiting {
    fn expect(&self) -> (u64, oneshot::Receiver<Answer>) {
        let (tell, answer) = oneshot::channel();
        let mut asked = self.asked();
        asked.last += 1;
        let id = asked.last;
        // One that has waited for too long is forgotten with the next.
        asked.waiting.retain(|_, waiting| !waiting.is_closed());
        asked.waiting.insert(id, tell);
        (id, answer)
    }

    fn tell(&self, id: u64, answer: Answer) {
        let waiting = self.asked().waiting.remove(&id);
        if let Some(waiting) = waiting {
            // An error says that nobody waits any more.
            let _late = waiting.send(answer);
        }
    }

    fn end(&self) {
        self.asked().waiting.clear();
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands answers to those who wait for them until the pipe ends; events are not waited for by anybody.
async fn read(from: ChildStdout, waiting: Waiting) {
    #[derive(Deserialize)]
    struct Message {
        id: Option<u64>,
        #[serde(default)]
        result: Value,
        error: Option<Refusal>,
    }
    #[derive(Deserialize)]
    struct Refusal {
        message: String,
    }
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    while matches!(from.read_until(0, &mut bytes).await, Ok(1..)) {
        let message = bytes.strip_suffix(&[0]).map(serde_json::from_slice::<Message>);
        if let Some(Ok(Message { id: Some(id), result, error })) = message {
            waiting.tell(id, error.map_or(Ok(result), |error| Err(error.message)));
        }
        bytes.clear();
    }
    waiting.end();
}

const ANSWER: Duration = Duration::from_secs(10);
const GOING: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that is no browser: a shell script at the other end of the pipe.
    fn started(script: &str) -> (tempfile::TempDir, DevTools) {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("browser");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let devtools = DevTools::start(&program, &[]).unwrap();
        (folder, devtools)
    }

    #[tokio::test]
    async fn answers_find_who_waits_for_them_whatever_comes_between() {
        // The second first; an event, an answer nobody waits for, and something else before both.
        let (_folder, devtools) = started(
            r#"head -c 1 <&3 >/dev/null
            printf '{"method":"Target.targetCreated"}\0{"id":99,"result":{}}\0nonsense\0' >&4
            printf '{"id":2,"error":{"code":-32000,"message":"no such tab"}}\0{"id":1,"result":{"a":1}}\0' >&4
            cat <&3 >/dev/null"#,
        );
        let (first, second) = tokio::join!(
            devtools.browser::<Value>("A.a", json!({})),
            devtools.browser::<Value>("B.b", json!({}))
        );
        assert_eq!(first.unwrap(), json!({ "a": 1 }));
        assert_eq!(second.unwrap_err().to_string(), "B.b: no such tab");
    }

    #[tokio::test]
    async fn a_browser_that_ends_leaves_nobody_waiting() {
        let (_folder, mut devtools) = started("head -c 1 <&3 >/dev/null");
        let answer = devtools.browser::<Value>("A.a", json!({})).await;
        assert!(matches!(answer, Err(DevToolsError::Ended)), "{answer:?}");
        while !devtools.is_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
