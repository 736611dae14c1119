//! Who used the processors and the memory: read from `/proc`; where there is none, nothing is known.

use std::fs;
use std::ops::{Add, Sub};
use std::path::Path;

/// `/proc` counts processor time in hundredths of a second on every Linux in use.
const TICKS_PER_S: f64 = 100.0;

/// Whose time is told apart.
#[derive(Clone, Copy, Default)]
pub(crate) struct Processes {
    pub(crate) server: Option<u32>,
    pub(crate) postmaster: Option<u32>,
}

/// Processor time, in seconds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Used {
    pub(crate) load: f64,
    pub(crate) server: f64,
    pub(crate) postgres: f64,
    /// Everybody else on the machine, and what the machine's host took away: what spoils figures.
    pub(crate) others: f64,
}

impl Processes {
    /// All their time so far.
    pub(crate) fn used(self) -> Used {
        let alone = |stat: Stat| stat.own_s;
        let load = stat(std::process::id()).map_or(0.0, alone);
        let server = self.server.and_then(stat).map_or(0.0, alone);
        let postgres = self.postmaster.map_or(0.0, family_s);
        let others = machine_s().map_or(0.0, |all| all - load - server - postgres);
        Used { load, server, postgres, others }
    }
}

impl Sub for Used {
    type Output = Used;

    fn sub(self, earlier: Used) -> Used {
        Used {
            load: self.load - earlier.load,
            server: self.server - earlier.server,
            postgres: self.postgres - earlier.postgres,
            others: self.others - earlier.others,
        }
    }
}

impl Add for Used {
    type Output = Used;

    fn add(self, other: Used) -> Used {
        Used {
            load: self.load + other.load,
            server: self.server + other.server,
            postgres: self.postgres + other.postgres,
            others: self.others + other.others,
        }
    }
}

/// What the kernel says of one process.
struct Stat {
    parent: u32,
    own_s: f64,
    /// Time of children that have ended.
    ended_children_s: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let seconds = |index: usize| Some(fields.get(index)?.parse::<f64>().ok()? / TICKS_PER_S);
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own_s: seconds(11)? + seconds(12)?,
        ended_children_s: seconds(13)? + seconds(14)?,
    })
}

/// The time that all processors were not idle, stolen time included.
fn machine_s() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|ticks| ticks.parse().ok()).collect();
    let [user, nice, system, _idle, _io_wait, interrupts, soft_interrupts, stolen] = ticks.get(..8)?.try_into().ok()?;
    Some((user + nice + system + interrupts + soft_interrupts + stolen) / TICKS_PER_S)
}

/// The time of a process and of all its children, those that have ended included.
fn family_s(parent: u32) -> f64 {
    let own = stat(parent).map_or(0.0, |stat| stat.own_s + stat.ended_children_s);
    own + children(parent).into_iter().filter_map(stat).map(|stat| stat.own_s).sum::<f64>()
}

fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|stat| stat.parent == parent)).collect()
}

/// The first process of the Postgres that runs in `folder`.
pub(crate) fn postmaster(folder: &Path) -> Option<u32> {
    let text = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    stat(pid).map(|_| pid)
}

/// Resident memory now and at most so far, in bytes.
pub(crate) fn resident(pid: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some((kib(&status, "VmRSS:")?, kib(&status, "VmHWM:")?))
}

/// Memory of Postgres in bytes; pages shared by its processes count once.
pub(crate) fn postgres_memory(postmaster: u32) -> u64 {
    let pids = children(postmaster).into_iter().chain([postmaster]);
    let rollups = pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok());
    rollups.filter_map(|rollup| kib(&rollup, "Pss:")).sum()
}

fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}

/// The processor's name.
pub(crate) fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// How many processors this process may use.
pub(crate) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
