//! What the windows need of this machine: a screen, and an installed Chromium.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::BrowserError;

/// A machine on which windows can be opened.
#[derive(Debug)]
pub(in super::super) struct Machine {
    pub(super) chromium: PathBuf,
}

impl Machine {
    /// Looks at this one, before anything is started in vain.
    ///
    /// # Errors
    /// [`BrowserError::NoDisplay`], [`BrowserError::NoChromium`].
    pub(in super::super) fn find() -> Result<Self, BrowserError> {
        let [x11, wayland, path] = ["DISPLAY", "WAYLAND_DISPLAY", "PATH"].map(std::env::var_os);
        let has_screen =
            cfg!(target_os = "macos") || [x11, wayland].iter().flatten().any(|at| !at.is_empty());
        if !has_screen {
            return Err(BrowserError::NoDisplay);
        }
        let chromium = installed(path.as_deref()).ok_or(BrowserError::NoChromium)?;
        Ok(Self { chromium })
    }
}

/// The first that is on the path, else where macOS keeps it.
fn installed(path: Option<&OsStr>) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let on_path = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    on_path.chain(MACOS.iter().map(PathBuf::from)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
const MACOS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn chromium_is_preferred_and_what_cannot_be_run_is_passed_over() {
        let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let path = std::env::join_paths([first.path(), second.path()]).unwrap();
        let put = |folder: &Path, name: &str, mode| {
            let file = folder.join(name);
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            file
        };
        put(first.path(), "chromium", 0o644);
        let chrome = put(first.path(), "google-chrome", 0o755);
        assert_eq!(installed(Some(&path)), Some(chrome));
        let chromium = put(second.path(), "chromium", 0o755);
        assert_eq!(installed(Some(&path)), Some(chromium));
    }
}
