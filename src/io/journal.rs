//! What a run has made outside its own process, written down before it is made, so that the next run
//! can finish what a killed one left. One file a run; its lock tells whether the run still lives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fs_err as fs;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

/// A thing outside this process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resource {
    /// A child and its process group. The start time and boot id tell it from a stranger with the same number.
    Process { pid: u32, start_time: u64, boot_id: String },
    /// A file or folder. With an identity (device and inode) only that very one is removed; without, the
    /// name must be one that nobody else would choose.
    Path { path: PathBuf, identity: Option<(u64, u64)> },
    /// Something of the user's that was put aside and belongs back at `original`.
    PutAside { original: PathBuf, aside: PathBuf },
    /// What the service of another program keeps. Only who knows that program can remove it.
    Registered(Registered),
}

/// A machine in the list of a hypervisor's service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    pub program: PathBuf,
    /// The variables that say which service is meant; `None` is not set.
    pub environment: BTreeMap<String, Option<String>>,
    /// Its number, or a name.
    pub machine: String,
    /// With a name, which is not ours alone: only a machine whose files lie in here is meant.
    pub folder: Option<PathBuf>,
    /// Disks that may be known to the service without belonging to the machine yet.
    pub disks: Vec<PathBuf>,
    /// What was lent to the machine's drives, as calls that make the service forget it.
    pub forget: Vec<Vec<String>>,
    /// A machine of the user's is not removed, but made what it was: by these calls of the program.
    pub restore: Option<Vec<Vec<String>>>,
}

impl Resource {
    /// A running child.
    pub fn process(pid: u32) -> Self {
        Self::Process { pid, start_time: Stat::of(pid).map_or(0, |stat| stat.start_time), boot_id: boot_id() }
    }

    /// A path with a name of our own invention, which may not exist yet.
    pub fn unique_path(path: impl Into<PathBuf>) -> Self {
        Self::Path { path: path.into(), identity: None }
    }

    /// A path that was just made under a name that the user chose.
    pub fn made_path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let identity = fs::symlink_metadata(&path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
        Self::Path { path, identity }
    }

    /// Removes it, if it is still there and still ours. Says whether there was anything to do. What another
    /// program keeps is left to who knows that program.
    pub fn remove(&self) -> std::io::Result<bool> {
        match self {
            Self::Registered(_) => Ok(false),
            Self::Process { pid, start_time, boot_id } => Ok(kill_group(*pid, *start_time, boot_id)),
            Self::Path { path, identity } => remove_path(path, *identity),
            Self::PutAside { original, aside } => {
                if !aside.exists() || original.exists() {
                    return Ok(false);
                }
                fs::rename(aside, original).map(|()| true)
            }
        }
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process { pid, .. } => write!(f, "process {pid}"),
            Self::Path { path, .. } => write!(f, "{}", path.display()),
            Self::PutAside { original, .. } => write!(f, "the former {}", original.display()),
            Self::Registered(registered) => write!(f, "machine {}", registered.machine),
        }
    }
}

fn remove_path(path: &Path, identity: Option<(u64, u64)>) -> std::io::Result<bool> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(false) };
    if identity.is_some_and(|identity| identity != (metadata.dev(), metadata.ino())) {
        return Ok(false);
    }
    let removed = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map(|()| true)
}

/// Kills the group while its leader's number is surely still the leader's: it lives, or its parent has not
/// asked for its end yet, and then what it started may well live. Without a leader the number tells nothing.
fn kill_group(pid: u32, start: u64, boot: &str) -> bool {
    let is_leader = |stat: &Stat| stat.start_time == start;
    if boot != boot_id() || !Stat::of(pid).as_ref().is_some_and(is_leader) || !group_lives(pid) {
        return false;
    }
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    rustix::process::kill_process_group(pid, rustix::process::Signal::KILL)
        .or_else(|_| rustix::process::kill_process(pid, rustix::process::Signal::KILL))
        .is_ok()
}

/// Whether the process or one of its group runs.
fn group_lives(leader: u32) -> bool {
    if Stat::of(leader).is_some_and(|stat| !stat.is_zombie) {
        return true;
    }
    let Ok(entries) = fs::read_dir("/proc") else { return false };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers.filter_map(Stat::of).any(|stat| stat.group == leader && !stat.is_zombie)
}

/// What the kernel tells of a process (proc_pid_stat(5)).
struct Stat {
    is_zombie: bool,
    group: u32,
    /// In clock ticks since boot.
    start_time: u64,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in parentheses, which may hold anything.
        let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let [state, _parent, group, ..] = fields[..] else { return None };
        Some(Self { is_zombie: state == "Z", group: group.parse().ok()?, start_time: fields.get(19)?.parse().ok()? })
    }
}

/// Names the time since the machine was started; empty where the system does not tell.
pub(crate) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Made { id: u64, resource: Resource },
    Gone { id: u64 },
}

/// One JSON value a line.
const EXTENSION: &str = "jsonl";

/// The journal of this run. Clones write to the same file.
#[derive(Clone, Debug)]
pub struct Journal(Option<Arc<Mutex<Open>>>);

#[derive(Debug)]
struct Open {
    file: fs::File,
    path: PathBuf,
    next_id: u64,
    live: Vec<(u64, Resource)>,
}

/// The number of a record in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordId(u64);

impl Journal {
    /// Starts the journal of this run in `folder` and locks it.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let unlocked = folder.join(format!("{}.new", uuid::Uuid::new_v4()));
        let file = fs::OpenOptions::new().create_new(true).append(true).open(&unlocked)?;
        flock(file.file(), FlockOperation::NonBlockingLockExclusive)?;
        // Only now does it get its name: a run that starts beside us would take an unlocked journal for a dead one's.
        let path = unlocked.with_extension(EXTENSION);
        fs::rename(&unlocked, &path)?;
        Ok(Self(Some(Arc::new(Mutex::new(Open { file, path, next_id: 0, live: Vec::new() })))))
    }

    /// A journal that writes nothing, for tests of single stages.
    pub fn none() -> Self {
        Self(None)
    }

    pub fn record(&self, resource: &Resource) -> std::io::Result<RecordId> {
        let Some(open) = &self.0 else { return Ok(RecordId(0)) };
        let mut open = open.lock().expect("no holder of the lock panics");
        let id = open.next_id;
        open.next_id += 1;
        write_line(&mut open.file, &Line::Made { id, resource: resource.clone() })?;
        open.live.push((id, resource.clone()));
        Ok(RecordId(id))
    }

    /// The thing is gone, or is the user's now.
    pub fn forget(&self, id: RecordId) {
        let Some(open) = &self.0 else { return };
        let mut open = open.lock().expect("no holder of the lock panics");
        open.live.retain(|(known, _)| *known != id.0);
        // A line that cannot be written only makes the next run look once more.
        let _ = write_line(&mut open.file, &Line::Gone { id: id.0 });
    }

    /// Kills the children that still run, at once and without waiting for them.
    pub fn kill_processes(&self) {
        let Some(open) = &self.0 else { return };
        let open = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (_, resource) in open.live.iter().rev() {
            if matches!(resource, Resource::Process { .. }) {
                // Nobody is left to hear of a failure; the next run tries again.
                let _ = resource.remove();
            }
        }
    }

    /// Ends the run: the file goes when nothing is left in it.
    pub fn close(&self) {
        let Some(open) = &self.0 else { return };
        let open = open.lock().expect("no holder of the lock panics");
        if open.live.is_empty() {
            let _ = fs::remove_file(&open.path);
        }
    }
}

fn write_line(file: &mut fs::File, line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line).map_err(std::io::Error::other)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

/// What was found and done about the runs that died.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    pub removed: Vec<String>,
    pub failed: Vec<String>,
}

/// Finishes what killed runs left behind. Journals of living runs are locked and not touched. `unregister` is
/// lent by the caller: journals know no hypervisor.
pub fn recover(folder: &Path, unregister: impl Fn(&Registered) -> std::io::Result<bool>) -> Recovery {
    let mut recovery = Recovery::default();
    let Ok(entries) = fs::read_dir(folder) else { return recovery };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            recover_one(&path, &unregister, &mut recovery);
        }
    }
    recovery
}

fn recover_one(path: &Path, unregister: impl Fn(&Registered) -> std::io::Result<bool>, recovery: &mut Recovery) {
    let Ok(mut file) = fs::OpenOptions::new().read(true).write(true).open(path) else { return };
    if flock(file.file(), FlockOperation::NonBlockingLockExclusive).is_err() {
        return;
    }
    let before = recovery.failed.len();
    if file.seek(SeekFrom::Start(0)).is_err() {
        return;
    }
    for resource in left_over(BufReader::new(&mut file)) {
        let removed = match &resource {
            Resource::Registered(registered) => unregister(registered),
            local => local.remove(),
        };
        match removed {
            Ok(true) => recovery.removed.push(resource.to_string()),
            Ok(false) => {}
            Err(error) => recovery.failed.push(format!("{resource}: {error}")),
        }
    }
    if recovery.failed.len() == before {
        let _ = fs::remove_file(path);
    }
}

/// What was made and is not gone, last made first. A torn last line is passed over.
fn left_over(reader: impl BufRead) -> Vec<Resource> {
    let mut live: Vec<(u64, Resource)> = Vec::new();
    for line in reader.lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Line::Made { id, resource }) => live.push((id, resource)),
            Ok(Line::Gone { id }) => live.retain(|(known, _)| *known != id),
            Err(_) => {}
        }
    }
    live.into_iter().rev().map(|(_, resource)| resource).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody(_registered: &Registered) -> std::io::Result<bool> {
        panic!("nothing is registered")
    }

    #[test]
    fn a_dead_runs_paths_are_removed_and_a_living_runs_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, stranger) = (folder.path().join("ours"), folder.path().join("stranger"));
        fs::write(&ours, "").unwrap();
        fs::write(&stranger, "").unwrap();
        let journals = folder.path().join("journal");
        let journal = Journal::open(&journals).unwrap();
        journal.record(&Resource::unique_path(&ours)).unwrap();
        let kept = journal.record(&Resource::unique_path(&stranger)).unwrap();
        journal.forget(kept);
        assert_eq!(recover(&journals, nobody), Recovery::default(), "the run still lives");
        drop(journal);
        assert_eq!(recover(&journals, nobody).removed, [ours.display().to_string()]);
        assert!(!ours.exists() && stranger.exists());
        assert_eq!(fs::read_dir(&journals).unwrap().count(), 0);
    }

    #[test]
    fn a_run_that_ends_in_order_leaves_no_journal() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let record = journal.record(&Resource::unique_path(folder.path().join("thing"))).unwrap();
        journal.close();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something is left to do");
        journal.forget(record);
        journal.close();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_that_was_made_anew_by_somebody_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        fs::create_dir(&path).unwrap();
        let resource = Resource::made_path(&path);
        fs::rename(&path, folder.path().join("elsewhere")).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(!resource.remove().unwrap());
        assert!(path.exists());
    }

    #[tokio::test]
    async fn a_process_is_killed_only_when_it_is_the_very_one() {
        let mut child = crate::process::Cmd::new("sleep")
            .arg("60")
            .spawn(std::process::Stdio::null(), std::process::Stdio::null())
            .unwrap();
        let resource = Resource::process(child.id().unwrap());
        let Resource::Process { pid, start_time, boot_id } = resource.clone() else { panic!("a process") };
        let stranger = Resource::Process { pid, start_time: start_time + 1, boot_id };
        assert!(!stranger.remove().unwrap());
        assert!(child.try_wait().unwrap().is_none());
        assert!(resource.remove().unwrap());
        assert!(!child.wait().await.unwrap().success());
    }

    #[tokio::test]
    async fn what_a_process_started_is_killed_after_its_own_end_too() {
        let script = "sleep 600 & echo $!";
        let command = crate::process::Cmd::new("sh").args(["-c", script]);
        let mut leader = command.spawn(std::process::Stdio::piped(), std::process::Stdio::null()).unwrap();
        let resource = Resource::process(leader.id().unwrap());
        let mut output = tokio::io::BufReader::new(leader.stdout.take().unwrap());
        let mut line = String::new();
        tokio::io::AsyncBufReadExt::read_line(&mut output, &mut line).await.unwrap();
        let sleeper: u32 = line.trim().parse().unwrap();
        // Nobody waits for it, so it stays as a zombie.
        while !Stat::of(leader.id().unwrap()).unwrap().is_zombie {
            tokio::task::yield_now().await;
        }
        assert!(resource.remove().unwrap());
        while Stat::of(sleeper).is_some_and(|stat| !stat.is_zombie) {
            tokio::task::yield_now().await;
        }
        assert!(!resource.remove().unwrap(), "nothing of it runs");
    }
}
