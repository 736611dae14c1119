//! Tells a run to people: what was done, what was answered, what the log says.

use std::fmt::Write as _;

use crate::history::{Answer, History};
use crate::plan::{Deed, Plan};
use crate::words::BEGINNING_US;

/// A run, one line for each act, answer and event, in the order in which they happened.
pub fn tell(plan: &Plan, history: &History) -> String {
    let mut story = String::new();
    let Plan { processes, lanes, snapshots_every, .. } = plan;
    let _ = writeln!(story, "{processes} processes with {lanes} lanes, a snapshot every {snapshots_every} events");
    for (number, show) in plan.shows.iter().enumerate() {
        let _ = writeln!(story, "show {number}: {}", short(&format!("{show:?}")));
    }
    let _ = writeln!(story, "\nwhat was done:");
    for (number, act) in plan.acts.iter().enumerate() {
        let words = match &act.deed {
            Deed::Ask(question) => {
                format!(
                    "{:?} asks process {} of show {}: {:?}",
                    question.by, question.process, question.show, question.ask
                )
            }
            other => format!("{other:?}"),
        };
        let _ = writeln!(story, "  {:>7} ms  act {number}: {}", act.at, short(&words));
    }
    let _ = writeln!(story, "\nwhat was answered:");
    for (number, attempt) in history.attempts.iter().enumerate() {
        let answer = match &attempt.answer {
            Answer::Refused(rejection) => format!("refused: {rejection}"),
            other => short(&format!("{other:?}")),
        };
        let (asked, answered) = (attempt.asked_head, attempt.answered_head);
        let process = attempt.process;
        let _ = writeln!(
            story,
            "  attempt {number}, of act {} at process {process}, from position {asked} to {answered}: {answer}",
            attempt.act
        );
    }
    let _ = writeln!(story, "\nwhat the log says:");
    for written in &history.log {
        let event = &written.event;
        let ms = (written.append.decided_at - BEGINNING_US) / 1_000;
        let correlation = event.metadata.correlation_id.as_u128() as u32;
        let (position, version, payload) = (event.position, event.version, String::from_utf8_lossy(&event.payload));
        let _ = writeln!(
            story,
            "  {position:>4} show {} version {version}, at {ms} ms by attempt {correlation}: {} {}",
            event.stream.id().as_u128() as u8,
            event.event_type,
            short(&payload)
        );
    }
    story
}

/// Ids here are mostly zeroes, and what is absent need not be told.
fn short(words: &str) -> String {
    const WORDS_MAX: usize = 700;
    let words = words.replace("0000000-0000-0000-0000-0000000", "..").replace("00000-0000-0000-0000-000000", "..");
    match words.char_indices().nth(WORDS_MAX) {
        Some((end, _)) => format!("{} ...", &words[..end]),
        None => words,
    }
}
