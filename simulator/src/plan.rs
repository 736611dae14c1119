//! A run as data: the shows there are, and who does what when. A plan follows from its seed alone, and a run
//! from its plan alone; so a run that fails can be made shorter by leaving things out of its plan.

mod ask;
mod customers;
mod draw;
mod houses;
mod organizers;
mod provider;
mod weather;

use serde::{Deserialize, Serialize};

pub use ask::{Ask, Change, Part, Place, Said, Want};

/// A run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// What it was drawn from.
    pub seed: u64,
    /// How many command-api processes write to the log.
    pub processes: u8,
    /// How many lanes each of them has.
    pub lanes: u8,
    /// After how many events of a show its state is written down; 0: never.
    pub snapshots_every: u32,
    /// The shows, as they are put on the programme.
    pub shows: Vec<ShowPlan>,
    /// What is done, in the order of time.
    pub acts: Vec<Act>,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        draw::plan(seed)
    }

    /// The question that an act is, if it is one.
    pub fn question(&self, act: u32) -> Option<&Question> {
        match self.acts.get(act as usize).map(|act| &act.deed) {
            Some(Deed::Ask(question)) => Some(question),
            _ => None,
        }
    }
}

/// A moment, in milliseconds from the beginning of the run.
pub type Ms = u32;

/// Something that is done at some moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: Ms,
    /// What.
    pub deed: Deed,
}

/// What is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Deed {
    /// Somebody asks for something.
    Ask(Question),
    /// The next thing that a process does with the log meets trouble.
    Trouble {
        /// Which process.
        process: u8,
        /// Which trouble.
        trouble: Trouble,
    },
    /// A process dies, and another one takes its place.
    Crash {
        /// Which process.
        process: u8,
    },
    /// A process's clock is set forward or back.
    Jump {
        /// Which process.
        process: u8,
        /// By how much, in milliseconds.
        ms: i32,
    },
}

/// Somebody asks for something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Of which show.
    pub show: u8,
    /// Which process is asked first; a repeat goes to the next one.
    pub process: u8,
    /// Who asks.
    pub by: By,
    /// How often it is repeated when no answer comes.
    pub patience: u8,
    /// What is asked.
    pub ask: Ask,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// A customer, by number.
    Customer(u16),
    /// Who runs all shows.
    Organizer,
    /// The platform itself: its timers, and the payment provider that reports to it.
    Platform,
}

/// What goes wrong between a process and the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trouble {
    /// An append is written, but its reply is lost.
    ReplyLost,
    /// An append is not written, and nobody can tell.
    NeverArrived,
    /// An append is said to be lost, and is written so many milliseconds later if it still can be.
    LateCommit(u16),
    /// An append is certainly not written: the log cannot be reached.
    Unreachable,
    /// An append is refused as if somebody else had been first.
    Conflict,
    /// An append takes so many milliseconds on its way there and on its way back.
    SlowAppend(u16, u16),
    /// Reading a stream takes so many milliseconds.
    SlowRead(u16),
    /// A stream cannot be read.
    ReadFails,
    /// The versions of streams cannot be read.
    VersionsFail,
    /// Asking for versions takes so many milliseconds.
    SlowVersions(u16),
    /// The oldest snapshot there ever was is all that is found.
    StaleSnapshot,
    /// A snapshot is found, and is no good.
    BrokenSnapshot,
    /// A snapshot of another shape is found.
    ForeignSnapshot,
    /// Snapshots cannot be read.
    SnapshotFails,
    /// Snapshots cannot be written.
    SnapshotNotWritten,
}

/// A show, as it is put on the programme.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowPlan {
    /// Its times.
    pub times: Times,
    /// The most tickets of one customer.
    pub limit: Option<u32>,
    /// How it is held, paid and given back.
    pub terms: Terms,
    /// What is sold from the beginning.
    pub kinds: Vec<Kind>,
    /// The seat maps that are set up one after the other.
    pub maps: Vec<Map>,
    /// The promo codes that are made.
    pub promos: Vec<Promo>,
}

/// When a show happens and when it is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Beginning.
    pub starts: Ms,
    /// End.
    pub ends: Ms,
    /// Not sold before this.
    pub opens: Option<Ms>,
    /// Not sold from this on.
    pub closes: Option<Ms>,
}

/// How a show is held, paid and given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How long a hold lasts, in seconds.
    pub hold_s: u32,
    /// How long an offer lasts, in seconds.
    pub offer_s: u32,
    /// Whether tickets are paid here.
    pub paid: bool,
    /// What comes back.
    pub policy: Option<Policy>,
}

/// What comes back for a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Until so many hours before the beginning, so many percent.
    pub steps: Vec<(u32, u8)>,
    /// What is kept of each ticket.
    pub fee: i64,
}

/// A ticket type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// What a ticket costs.
    pub price: i64,
    /// How many there are; of a reserved type the map says so.
    pub capacity: u32,
    /// Whether its tickets are seats.
    pub reserved: bool,
    /// When, to whom and how many at a time.
    pub terms: KindTerms,
}

/// When, to whom and how many tickets of a type at a time are sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTerms {
    /// Not sold before this.
    pub opens: Option<Ms>,
    /// Not sold from this on.
    pub closes: Option<Ms>,
    /// The fewest in one booking.
    pub min: Option<u32>,
    /// The most in one booking.
    pub max: Option<u32>,
    /// Only who knows the code sees it.
    pub hidden: bool,
}

/// A seat map: for each section the ticket type, and its rows. In a row each letter is a seat: `o`, an
/// accessible one: `a`, one with restricted view: `r`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Map {
    /// Ticket type and rows of each section.
    pub sections: Vec<(u8, Vec<String>)>,
    /// Two seats have one name.
    pub doubled: bool,
}

/// A promo code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Promo {
    /// Its number; two with one number are one code that does different things.
    pub code: u8,
    /// Percent if it is so much cheaper, otherwise minor units.
    pub percent: bool,
    /// How much cheaper.
    pub off: u32,
    /// Good for these types; empty: for all.
    pub kinds: Vec<u8>,
    /// The most uses.
    pub uses: Option<u32>,
    /// The most uses of one customer.
    pub uses_each: Option<u32>,
    /// Not good before this.
    pub from: Option<Ms>,
    /// Not good from this on.
    pub until: Option<Ms>,
}
