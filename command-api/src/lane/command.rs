//! A command on its way through a lane, and the answer it gets.

use domain::access::Actor;
use domain::aggregate::Aggregate;
use event_log::{Metadata, Position};
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
    /// A read model that has come this far shows the command's effect.
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
    /// lost from sight while it was written, time after time, the command may be recorded; repeating
    /// it with the same key finds out.
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
    pub(super) attempts: u32,
    reply: Reply<A>,
}

impl<A: Aggregate> Waiting<A> {
    pub(super) fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.by.account_id.0,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: None,
        }
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
        let (sender, answer) = oneshot::channel();
        let reply: Reply<A> = Box::new(move |outcome| {
            // The receiver is gone when the client has hung up; there is nobody to tell.
            let _ = sender.send(outcome.map(|(state, committed)| Done { view: view(state), committed }));
        });
        let command_id = Uuid::now_v7();
        let waiting = Waiting { id, command, by, command_id, correlation_id, attempts: 0, reply };
        match self.mailbox(id).try_send(waiting) {
            Ok(()) => answer.await.unwrap_or(Err(Refused::Unavailable)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Refused::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Refused::Unavailable),
        }
    }
}
