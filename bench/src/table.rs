//! Prints the report: a table for people, or one JSON object for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cpu;
use crate::judge::{Report, Verdict};
use crate::plan::{CONNECTIONS, CUSTOMERS};
use crate::row::{Figure, Row};

/// What a reader has to know to make sense of the figures.
const NOTES: [&str; 6] = [
    "load generator, server (with its projector) and Postgres are separate processes on the same machine; `cpu` is \
     each one's share of all processors, and what everybody else on the machine took",
    "closed loop: every connection sends its next request when it has the answer, so latencies are those of a \
     server with all it can take",
    "customers' tokens were made up front, signed by the bench with the server's own key; all requests carry one",
    "full fsync, rate limits off, projector running; rates are means over the measured seconds after a warm-up",
    "the no-op yardstick is the mean of the two measurements, before and after everything else",
    "the row lock has no HTTP to pay for: SELECT ... FOR UPDATE, UPDATE, INSERT in one transaction through sqlx",
];

/// Prints it.
#[expect(clippy::print_stdout, reason = "this is what the bench is for")]
pub(crate) fn print(report: &Report, as_json: bool) {
    if as_json {
        println!("{}", object(report));
    } else {
        print!("{}", text(report));
    }
}

fn text(report: &Report) -> String {
    let mut text = format!(
        "\nEvently on {} x {}: {CONNECTIONS} keep-alive connections, {CUSTOMERS} customers, {:.0} s{}\n\n",
        cpu::count(),
        cpu::model().unwrap_or_else(|| "unknown processor".into()),
        report.seconds,
        if report.quick { " (QUICK: the figures mean little)" } else { "" },
    );
    let heads = ["figure", "p50 ms", "p95 ms", "p99 ms", "cpu l/s/pg/others"];
    let [figure, p50, p95, p99, cpu] = heads;
    line(&mut text, &format!("{:<47} {figure:>11} {p50:>7} {p95:>7} {p99:>7} {cpu:>18}  ratio (bar)", "what"));
    for row in &report.rows {
        let latency = row.latency.map_or_else(
            || " ".repeat(23),
            |latency| format!("{:>7.1} {:>7.1} {:>7.1}", latency.p50, latency.p95, latency.p99),
        );
        let verdicts: Vec<String> = report.yardsticks.judge(row).iter().map(|verdict| words(row, verdict)).collect();
        let (name, figure, verdicts) = (&row.name, figure_words(row.figure), verdicts.join(", "));
        line(&mut text, &format!("{name:<47} {figure:>11} {latency} {:>18}  {verdicts}", cpu_words(row)));
        if let Some(remark) = &row.remark {
            line(&mut text, &format!("{:<49}{remark}", ""));
        }
    }
    line(&mut text, &format!("\nevently verify: {}\n", report.verified));
    for trouble in &report.trouble {
        line(&mut text, &format!("NOT AS EXPECTED: {trouble}"));
    }
    if let Some((row, others)) = report.disturbed() {
        let others = others * 100.0;
        line(
            &mut text,
            &format!("NOT ALONE: other programs took up to {others:.0} % of the processors ({})", row.name.trim()),
        );
    }
    for note in NOTES {
        line(&mut text, &format!("- {note}"));
    }
    text
}

/// A string takes everything.
fn line(text: &mut String, line: &str) {
    let _ = writeln!(text, "{}", line.trim_end());
}

fn figure_words(figure: Figure) -> String {
    match figure {
        Figure::PerSecond(rate) => format!("{rate:.0} /s"),
        Figure::Seconds(seconds) => format!("{seconds:.3} s"),
        Figure::Bytes(bytes) => format!("{} MiB", bytes >> 20),
    }
}

fn cpu_words(row: &Row) -> String {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    row.cpu.map_or_else(String::new, |cpu| {
        let shares = [cpu.load, cpu.server, cpu.postgres, cpu.others];
        format!("{} %", shares.map(percent).join("/"))
    })
}

fn words(row: &Row, verdict: &Verdict) -> String {
    let met = if verdict.met { "met" } else { "MISSED" };
    match (verdict.of, row.figure) {
        (Some(name), _) if verdict.at_most => format!("{name} {:.1} (<= {}) {met}", verdict.value, verdict.bar),
        (Some(of), _) => format!("{:.3} of {of} (>= {}) {met}", verdict.value, verdict.bar),
        (None, _) if !verdict.at_most => format!("(>= {:.0} /s) {met}", verdict.bar),
        (None, Figure::Bytes(_)) => format!("(<= {:.0} MiB) {met}", verdict.bar / f64::from(1 << 20)),
        (None, _) => format!("(<= {} s) {met}", verdict.bar),
    }
}

fn object(report: &Report) -> Value {
    let rows: Vec<Value> = report.rows.iter().map(|row| row_object(report, row)).collect();
    json!({
        "machine": { "processors": cpu::count(), "model": cpu::model(), "system": std::env::consts::OS },
        "connections": CONNECTIONS,
        "customers": CUSTOMERS,
        "quick": report.quick,
        "seconds": report.seconds,
        "yardsticks": { "noop_per_second": report.yardsticks.noop, "row_lock_per_second": report.yardsticks.row_lock },
        "rows": rows,
        "verify": report.verified,
        "trouble": report.trouble,
        "others_took_up_to": report.disturbed().map(|(_, others)| others),
        "notes": NOTES,
    })
}

fn row_object(report: &Report, row: &Row) -> Value {
    let verdict = |verdict: &Verdict| match verdict.of {
        Some(name) if verdict.at_most => {
            json!({ "name": name, "value": verdict.value, "at_most": verdict.bar, "met": verdict.met })
        }
        Some(of) => json!({ "of": of, "ratio": verdict.value, "at_least": verdict.bar, "met": verdict.met }),
        None if verdict.at_most => json!({ "at_most": verdict.bar, "met": verdict.met }),
        None => json!({ "at_least": verdict.bar, "met": verdict.met }),
    };
    let verdicts: Vec<Value> = report.yardsticks.judge(row).iter().map(verdict).collect();
    json!({
        "what": row.name.trim(),
        "value": row.figure.value(),
        "unit": row.figure.unit(),
        "latency_ms": row.latency.map(|latency| {
            json!({ "p50": latency.p50, "p95": latency.p95, "p99": latency.p99 })
        }),
        "cpu_share": row.cpu.map(|cpu| {
            json!({ "load": cpu.load, "server": cpu.server, "postgres": cpu.postgres, "others": cpu.others })
        }),
        "bars": verdicts,
        "remark": row.remark,
    })
}
