//! Revenue and sales over time as files: all there is of what the JSON tells, to those who see that.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::payments::given::a_paid_show;
use crate::support::{Answer, Person, Show, World, a_show};

const DASHBOARD: &str = "/api/v1/admin/analytics/dashboard";
const REVENUE: &str = "/api/v1/admin/revenue";
const MONEY: [&str; 10] = [
    "currency",
    "gross",
    "discounts",
    "refunds",
    "fees",
    "net",
    "paid_out",
    "booked_value",
    "booked_discounts",
    "cancelled_value",
];
const COUNTS: [&str; 5] =
    ["tickets_held", "tickets_booked", "tickets_cancelled", "tickets_lapsed", "tickets_called_off"];

/// A file, of which everything but the rows is as it should be.
async fn file(person: &Person, path: &str, format: &str, name: &str) -> Answer {
    let joint = if path.contains('?') { '&' } else { '?' };
    let answer = person.get(&format!("{path}{joint}format={format}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let disposition = format!("attachment; filename=\"{name}.{format}\"");
    assert_eq!(answer.header("content-disposition"), Some(disposition.as_str()));
    assert!(answer.header("evently-as-of-position").unwrap().parse::<u64>().unwrap() > 0);
    answer
}

/// The rows of a CSV file in which nothing is quoted, by the names of their columns.
fn table(file: &Answer) -> Vec<BTreeMap<String, String>> {
    let text = file.text();
    assert!(!text.contains('"') && text.ends_with("\r\n"), "{text}");
    let mut lines = text.split_terminator("\r\n");
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), columns.len(), "{line}");
        columns.iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), cell.to_owned())).collect()
    };
    lines.map(row).collect()
}

fn objects(file: &Answer) -> Vec<Value> {
    file.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn header(file: &Answer) -> String {
    file.text().split("\r\n").next().unwrap().to_owned()
}

/// The sum of a column, of the rows of one currency.
fn sum(rows: &[BTreeMap<String, String>], column: &str, currency: &str) -> i64 {
    let rows = rows.iter().filter(|row| row["currency"] == currency);
    rows.map(|row| row[column].parse::<i64>().unwrap()).sum()
}

fn in_dollars() -> crate::support::ShowPlan {
    let mut plan = a_show().called("@dollars");
    plan.body["ticket_types"][0]["price"] = json!({ "amount": 1_000, "currency": "USD" });
    plan
}

/// Three events of one organizer, of two currencies; tickets are bought, held, given back.
async fn a_good_week(world: &World, olga: &Person) -> [Show; 3] {
    let (ada, bob) = (world.customer(), world.customer());
    let terms = json!({ "payment": "required", "refund_policy": { "steps": [{ "hours_before": 24, "percent": 50 }] } });
    let paid = a_paid_show().called("=1+1").with("terms", terms).with_ticket_type("-2 Balcony", 1_999, 9);
    let shows = [paid.on_sale(olga).await, in_dollars().on_sale(olga).await, a_show().on_sale(olga).await];
    ada.buys(&shows[0], 3).await;
    let given_back = bob.buys(&shows[0], 1).await;
    bob.cancels(given_back).await.ok();
    olga.sees_refunds(&shows[0], [0, 1, 0]).await;
    ada.books(&shows[1], 5).await.created();
    let cancelled = bob.books(&shows[1], 2).await.id("booking_id");
    bob.cancels(cancelled).await.ok();
    bob.holds(&shows[2], 4).await.created();
    shows
}

#[tokio::test]
async fn the_file_of_revenue_has_the_lines_of_the_report() {
    let world = World::start().await;
    let (olga, rita, admin) = (world.organizer(), world.organizer(), world.admin());
    let shows = a_good_week(&world, &olga).await;
    let other = a_show().on_sale(&rita).await;
    world.customer().books(&other, 1).await.created();

    let money = MONEY.join(",");
    for (by, name, own) in [
        ("event", "event", "event_id,title,"),
        ("ticket_type", "ticket-type", "event_id,title,ticket_type_id,ticket_type,"),
        ("day", "day", "day,start,"),
        ("currency", "currency", ""),
    ] {
        let (path, name) = (format!("{REVENUE}?by={by}"), format!("revenue-by-{name}"));
        for person in [&olga, &rita, &admin] {
            let report = person.get(&path).await.ok();
            let told = file(person, &path, "ndjson", &name).await;
            assert_eq!(told.header("evently-as-of-position"), Some(&*report["as_of_position"].to_string()));
            let mut lines = objects(&told);
            for line in &mut lines {
                line.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            }
            assert_eq!(json!(lines), report["data"], "{by}");
            let csv = file(person, &path, "csv", &name).await;
            assert_eq!(header(&csv), format!("{own}{money}"));
            let rows = table(&csv);
            assert_eq!(rows.len(), lines.len());
            for total in report["totals"].as_array().unwrap() {
                let currency = total["currency"].as_str().unwrap();
                // What went back is not told by ticket type.
                for column in MONEY.iter().skip(1).filter(|column| **column != "paid_out" || by != "ticket_type") {
                    assert_eq!(json!(sum(&rows, column, currency)), total[column], "{column} of {currency} by {by}");
                }
            }
        }
    }
    let rows = table(&file(&olga, &format!("{REVENUE}?by=ticket_type"), "csv", "revenue-by-ticket-type").await);
    assert_eq!((rows[0]["title"].as_str(), rows[0]["ticket_type"].as_str()), ("'=1+1", "Stalls"));
    assert_eq!(rows[0]["gross"], (4 * 4_250).to_string());
    let row = rows.iter().find(|row| row["ticket_type"].contains("Balcony")).unwrap();
    assert_eq!(row["ticket_type"], "'-2 Balcony", "a spreadsheet would take that for a formula");
    let raw = objects(&file(&olga, REVENUE, "ndjson", "revenue-by-event").await);
    assert_eq!([&raw[0]["title"], &raw[1]["title"]], ["=1+1", "@dollars"], "to programs it is what it is");
    let told: Vec<_> = raw.iter().map(|line| line["event_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, shows.map(|show| show.id.to_string()), "not those of others");
}

#[tokio::test]
async fn the_file_of_revenue_has_more_lines_than_a_page() {
    const EVENTS: usize = 203;
    let world = World::start().await;
    let olga = world.organizer();
    let mut drafts = JoinSet::new();
    for number in 0..EVENTS {
        let olga = olga.clone();
        drafts.spawn(async move { a_show().called(&format!("Evening {number}")).draft(&olga).await.id.to_string() });
    }
    let mut drafts = drafts.join_all().await;
    let rows = table(&file(&olga, REVENUE, "csv", "revenue-by-event").await);
    assert!(rows.iter().all(|row| row["title"].starts_with("Evening ")));
    let page = olga.get(&format!("{REVENUE}?limit=200")).await.ok();
    let ids = |rows: &[BTreeMap<String, String>]| rows.iter().map(|row| row["event_id"].clone()).collect::<Vec<_>>();
    let first: Vec<_> =
        page["data"].as_array().unwrap().iter().map(|line| line["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids(&rows)[..200], first);
    let mut all = ids(&rows);
    all.sort_unstable();
    drafts.sort_unstable();
    assert_eq!(all, drafts);
}

#[tokio::test]
async fn the_file_of_sales_over_time_sums_up_to_what_the_answer_tells() {
    let world = World::start().await;
    let (olga, rita) = (world.organizer(), world.organizer());
    let shows = a_good_week(&world, &olga).await;
    let other = a_show().on_sale(&rita).await;
    world.customer().books(&other, 7).await.created();
    let of_event = format!("/api/v1/admin/analytics/events/{}", shows[0].id);
    let of_one = format!("sales-over-time-{}", shows[0].id);
    for (path, name, currencies) in
        [(DASHBOARD, "sales-over-time", &["EUR", "USD"][..]), (&of_event, of_one.as_str(), &["EUR"])]
    {
        let path = format!("{path}?bucket=hour&time_zone=Asia/Kolkata");
        let answer = olga.get(&path).await.ok();
        let csv = file(&olga, &path, "csv", name).await;
        assert_eq!(csv.header("evently-as-of-position"), Some(&*answer["as_of_position"].to_string()));
        assert_eq!(header(&csv), format!("start,local_start,{},sold,{}", COUNTS.join(","), MONEY.join(",")));
        let (rows, buckets) = (table(&csv), answer["sales_over_time"]["data"].as_array().unwrap());
        assert_eq!(rows.len(), buckets.len() * currencies.len());
        for (row, at) in rows.iter().zip(0..) {
            let bucket = &buckets[at / currencies.len()];
            assert_eq!([&json!(row["start"]), &json!(row["local_start"])], [&bucket["start"], &bucket["local_start"]]);
            assert_eq!(row["currency"], currencies[at % currencies.len()]);
        }
        let of_all = |column: &str| currencies.iter().map(|currency| sum(&rows, column, currency)).sum::<i64>();
        for column in COUNTS {
            assert_eq!(json!(of_all(column)), answer["totals"][column], "{column}");
        }
        let end: i64 =
            rows[rows.len() - currencies.len()..].iter().map(|row| row["sold"].parse::<i64>().unwrap()).sum();
        assert_eq!(json!(end), answer["totals"]["sold"]);
        let revenue = &answer["revenue"];
        for (currency, at) in currencies.iter().zip(0..) {
            let total = revenue.get(at).unwrap_or(revenue);
            for column in &MONEY[1..] {
                assert_eq!(json!(sum(&rows, column, currency)), total[column], "{column} of {currency}");
            }
        }
        let lines = objects(&file(&olga, &path, "ndjson", name).await);
        let net = |line: &Value| line["net"].as_i64().unwrap();
        assert_eq!(lines.iter().map(net).sum::<i64>(), of_all("net"));
        assert_eq!(lines[0]["local_start"], buckets[0]["local_start"]);
    }
    // Somebody else sees their own, and whoever has nothing an empty course.
    let rows = table(&file(&rita, DASHBOARD, "csv", "sales-over-time").await);
    assert_eq!(sum(&rows, "tickets_booked", "EUR"), 7);
    let rows = table(&file(&world.organizer(), DASHBOARD, "csv", "sales-over-time").await);
    assert_eq!((rows.len() > 1, sum(&rows, "tickets_booked", "")), (true, 0));
    rita.get(&format!("{of_event}?format=csv")).await.problem(403, "not-your-event");
    world.customer().get(&format!("{DASHBOARD}?format=csv")).await.problem(403, "forbidden");
}
