//! The demo's folder: kept from run to run, made anew with `--fresh`, and never anybody else's.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::cli::DemoArgs;
use crate::services::{StartError, make_folder};

/// Why the folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It has files in it that no demo made.
    #[error("{0} is not the folder of a demo: name another with --data")]
    Foreign(PathBuf),
    /// It cannot be made.
    #[error(transparent)]
    Make(#[from] StartError),
    /// It cannot be read or emptied.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes the folder, or empties it when that was asked or the last run never got to its end of
/// making it. Only a folder that carries our mark is ever emptied.
///
/// # Errors
/// [`FolderError`].
pub fn prepare(arguments: &DemoArgs) -> Result<(), FolderError> {
    let folder = &arguments.data;
    let io = |path: &PathBuf| {
        let path = path.clone();
        move |source| FolderError::Io { path, source }
    };
    let mark = folder.join(MARK);
    if folder.exists() {
        let empty = fs::read_dir(folder).map_err(io(folder))?.next().is_none();
        if !empty && !mark.exists() {
            return Err(FolderError::Foreign(folder.clone()));
        }
        let complete = folder.join(super::people::FILE).exists();
        if arguments.fresh || !complete {
            fs::remove_dir_all(folder).map_err(io(folder))?;
            match fs::remove_file(&arguments.key_file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io(&arguments.key_file)(error));
                }
                _ => {}
            }
        }
    }
    make_folder(folder)?;
    fs::write(&mark, "This folder belongs to `countersign demo`, which may empty it.\n").map_err(io(&mark))
}

const MARK: &str = "DEMO";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    use crate::cli::{Cli, Command};

    fn arguments(folder: &std::path::Path, fresh: bool) -> DemoArgs {
        let mut words =
            vec!["countersign".into(), "demo".into(), "--data".into(), folder.join("demo").into()];
        words.extend(["--key-file".into(), folder.join("demo.key").into_os_string()]);
        if fresh {
            words.push("--fresh".into());
        }
        match Cli::try_parse_from::<_, std::ffi::OsString>(words).unwrap().command {
            Command::Demo(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_complete_folder_is_kept_and_emptied_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, fresh) = (arguments(folder.path(), false), arguments(folder.path(), true));
        prepare(&kept).unwrap();
        let (database, people) = (kept.data.join("idp.sqlite"), kept.data.join(crate::demo::people::FILE));
        fs::write(&database, "x").unwrap();
        fs::write(&people, "{}").unwrap();
        fs::write(&kept.key_file, "k").unwrap();
        prepare(&kept).unwrap();
        assert!(database.exists() && kept.key_file.exists());
        prepare(&fresh).unwrap();
        assert!(!database.exists() && !kept.key_file.exists());
    }

    #[test]
    fn what_a_crash_left_half_made_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = arguments(folder.path(), false);
        prepare(&arguments).unwrap();
        let database = arguments.data.join("idp.sqlite");
        fs::write(&database, "x").unwrap();
        prepare(&arguments).unwrap();
        assert!(!database.exists());
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = arguments(folder.path(), true);
        fs::create_dir(&arguments.data).unwrap();
        let theirs = arguments.data.join("thesis.txt");
        fs::write(&theirs, "x").unwrap();
        assert!(matches!(prepare(&arguments), Err(FolderError::Foreign(_))));
        assert!(theirs.exists());
    }
}
