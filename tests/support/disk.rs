//! A small disk that can be filled: a tmpfs in a mount namespace of its own, in which the bot runs. No trace of it is left in
//! the machine's own mounts, and it goes with its last process.

use std::{
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

/// The disk. Needs no root where the system lets users have namespaces.
#[derive(Debug)]
pub struct Disk {
    /// Keeps the namespace, until its standard input is closed.
    keeper: Child,
    folder: TempDir,
}

impl Disk {
    /// A disk of so many MiB.
    pub fn new(size: u32) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tigerdesk-disk-").tempdir()?;
        let mount = r#"mount -t tmpfs -o "size=$2m,mode=700" tmpfs "$1" && echo mounted && read -r _"#;
        let mut keeper = Command::new("unshare")
            .args(namespaces())
            .args(["sh", "-c", mount, "sh"])
            .arg(folder.path())
            .arg(size.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("there is no unshare (util-linux)")?;
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().context("no output")?).read_line(&mut said)?;
        ensure!(said.trim() == "mounted", "no disk can be mounted here: as root, or where users may have namespaces");
        Ok(Self { keeper, folder })
    }

    /// A folder on the disk, for those who are in its namespace.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The command under which a program sees the disk.
    pub fn wrapper(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        let mut words = vec!["nsenter".to_owned(), "--target".to_owned(), target];
        words.extend(namespaces().iter().filter(|word| **word != "--map-root-user").map(|word| (*word).to_owned()));
        if !is_root() {
            words.push("--preserve-credentials".to_owned());
        }
        words
    }

    /// Leaves no byte of it.
    pub fn fill(&self) -> Result<()> {
        let mut filler = OpenOptions::new().create(true).append(true).open(self.filler())?;
        let mut piece = vec![0; 1024 * 1024];
        loop {
            match filler.write(&piece) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull && piece.len() > 1 => {
                    piece.truncate(piece.len() / 2);
                }
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).context("the disk can't be filled"),
            }
        }
    }

    /// Gives back what [`Disk::fill`] took.
    pub fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }

    fn filler(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        let folder = self.folder.path();
        root.join(folder.strip_prefix("/").unwrap_or(folder)).join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It ends by itself now.
        let _ = self.keeper.wait();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn namespaces() -> &'static [&'static str] {
    if is_root() { &["--mount"] } else { &["--mount", "--user", "--map-root-user"] }
}
