//! A command on its way through a lane, and the answer it gets.

use domain::access::Actor;
use domain::aggregate::Aggregate;
use event_log::{Metadata, Position, Version};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::Lanes;

/// A command that was obeyed: recorded now, or recorded before.
#[derive(Clone, Debug)]
pub struct Done<R> {
    /// What the sender wanted to see of the state.
    pub view: R,
    /// Where it stands in the log.
    pub committed: Committed,
}

/// Where an obeyed command stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// A read model that has come this far shows the command's effect, and what was settled with it.
    pub position: Position,
    /// The command decided nothing: it had been obeyed before.
    pub repeated: bool,
}

/// A command that was not obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused<E> {
    /// A rule is in the way. Nothing was recorded.
    Rejected(E),
    /// Too many commands wait. Nothing was recorded.
    Overloaded,
    /// The log cannot be reached, or too many others write at once. In the rare case that the log was
    /// lost from sight while it was written, the command may be recorded, or may be yet; repeating it
    /// with the same key finds out.
    Unavailable,
}

type Reply<A> = Box<dyn for<'a> FnOnce(Result<(&'a A, Committed), Refused<<A as Aggregate>::Rejection>>) + Send>;

/// A command in a lane.
pub(super) struct Waiting<A: Aggregate> {
    pub(super) id: Uuid,
    pub(super) command: A::Command,
    pub(super) by: Actor,
    pub(super) command_id: Uuid,
    pub(super) correlation_id: Uuid,
    /// The event that made the platform give the command.
    pub(super) causation_id: Option<Uuid>,
    pub(super) attempts: u32,
    doubt: Option<Doubt>,
    reply: Reply<A>,
}

/// Appends of a command's events of which nobody knows whether they were written, or still will be.
#[derive(Clone, Copy)]
struct Doubt {
    /// The version the first of them expected of the stream.
    first: Version,
    /// The version the last of them expected.
    last: Version,
}

impl<A: Aggregate> Waiting<A> {
    pub(super) fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.by.account_id.0,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
        }
    }

    /// Remembers that its events may be in the log after this version, or get there later.
    pub(super) fn doubt(&mut self, expected: Version) {
        let first = self.doubt.map_or(expected, |doubt| doubt.first);
        self.doubt = Some(Doubt { first, last: expected });
    }

    /// After which version its events may be in the log.
    pub(super) fn may_be_written_after(&self) -> Option<Version> {
        self.doubt.map(|doubt| doubt.first)
    }

    /// Whether its events may still get into a stream that is at this version.
    pub(super) fn may_yet_be_written_at(&self, version: Version) -> bool {
        self.doubt.is_some_and(|doubt| version <= doubt.last)
    }

    pub(super) fn reply_done(self, state: &A, committed: Committed) {
        (self.reply)(Ok((state, committed)));
    }

    pub(super) fn reply_rejected(self, rejection: A::Rejection) {
        (self.reply)(Err(Refused::Rejected(rejection)));
    }

    pub(super) fn reply_unavailable(self) {
        (self.reply)(Err(Refused::Unavailable));
    }

    pub(super) fn reply_overloaded(self) {
        (self.reply)(Err(Refused::Overloaded));
    }
}

impl<A: Aggregate> Lanes<A> {
    /// Sends a command to the lane of aggregate `id` and waits until it is decided and recorded.
    /// `view` picks from the state what the sender wants to see, after the commit.
    ///
    /// The lane does the work whether or not anybody still waits: a client that hangs up changes
    /// nothing.
    pub async fn execute<R: Send + 'static>(
        &self,
        id: Uuid,
        command: A::Command,
        by: Actor,
        correlation_id: Uuid,
        view: impl FnOnce(&A) -> R + Send + 'static,
    ) -> Result<Done<R>, Refused<A::Rejection>> {
        self.execute_after(None, id, command, by, correlation_id, view).await
    }

    /// The same for a command that follows from an event, because nobody asked for it.
    pub async fn execute_after<R: Send + 'static>(
        &self,
        causation_id: Option<Uuid>,
        id: Uuid,
        command: A::Command,
        by: Actor,
        correlation_id: Uuid,
        view: impl FnOnce(&A) -> R + Send + 'static,
    ) -> Result<Done<R>, Refused<A::Rejection>> {
        let (sender, answer) = oneshot::channel();
        let reply: Reply<A> = Box::new(move |outcome| {
            // The receiver is gone when the client has hung up; there is nobody to tell.
            let _ = sender.send(outcome.map(|(state, committed)| Done { view: view(state), committed }));
        });
        let command_id = Uuid::now_v7();
        let waiting =
            Waiting { id, command, by, command_id, correlation_id, causation_id, attempts: 0, doubt: None, reply };
        match self.mailbox(id).try_send(waiting) {
            Ok(()) => answer.await.unwrap_or(Err(Refused::Unavailable)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Refused::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Refused::Unavailable),
        }
    }
}
