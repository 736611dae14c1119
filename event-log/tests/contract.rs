//! The contract of the event log: one suite of cases, run on every adapter.
//!
//! A new adapter gets a module of its own at the end of this file and runs the same list. What only
//! one adapter can be asked, such as failing on demand, stands in a room of that adapter's name.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod contract {
    pub(crate) mod appending;
    pub(crate) mod database;
    pub(crate) mod faults;
    pub(crate) mod history;
    pub(crate) mod moments;
    pub(crate) mod outages;
    pub(crate) mod racing;
    pub(crate) mod reading;
    pub(crate) mod rewriting;
    pub(crate) mod searching;
    pub(crate) mod snapshots;
    pub(crate) mod world;
}

/// Makes a test of every case, on worlds that `$world` makes.
macro_rules! every_case {
    (on $world:expr) => {
        every_case! { on $world, in appending:
            an_empty_log_knows_nothing,
            what_was_written_reads_back_byte_for_byte,
            positions_and_versions_follow_the_order_given,
            a_writer_behind_the_stream_is_in_conflict,
            a_writer_ahead_of_the_stream_is_in_conflict,
            a_conflict_in_one_stream_keeps_all_streams_out,
            a_stream_named_twice_is_in_conflict,
            a_spent_key_is_named_with_its_stream,
            every_spent_key_is_named,
            a_key_is_spent_for_its_own_stream_too,
            a_key_that_two_streams_carry_at_once_is_spent_by_the_first,
            recorded_time_never_goes_backwards,
        }
        every_case! { on $world, in reading:
            a_page_respects_after_up_to_and_limit,
            a_bare_page_says_the_same,
            a_page_holds_no_more_than_the_limit_of_all_pages,
            a_log_longer_than_any_cache_is_read_from_its_start,
            a_stream_is_read_from_any_version,
            versions_come_in_the_order_asked,
            a_key_is_found_in_its_stream,
            writing_wakes_who_watches_the_head,
            two_processes_that_write_in_turns_both_read_everything,
        }
        every_case! { on $world, in moments:
            an_empty_log_has_no_moment,
            a_moment_has_the_last_event_recorded_by_then,
            of_events_recorded_at_once_the_last_one_counts,
            every_event_of_a_long_log_is_found_at_its_moment,
        }
        every_case! { on $world, in searching:
            everything_is_found_from_either_end,
            what_is_wanted_besides_is_all_there,
            a_stream_is_searched_between_positions,
            events_are_found_at_their_positions,
            an_event_is_found_by_its_key,
            a_look_ends_and_says_where,
        }
        every_case! { on $world, in racing:
            of_sixteen_racers_exactly_one_wins_each_version,
            of_sixteen_racers_exactly_one_spends_a_key,
            readers_skip_no_event_of_twenty_four_writers_and_see_none_twice,
            an_append_that_nobody_waits_for_is_still_all_or_nothing,
        }
        every_case! { on $world, in snapshots:
            a_stream_without_a_snapshot_has_none,
            a_snapshot_reads_back_byte_for_byte,
            a_snapshot_takes_the_place_of_any_other,
            a_snapshot_belongs_to_one_stream,
            a_snapshot_can_be_larger_than_any_row,
            a_snapshot_is_replaced_wholly_or_not_at_all,
            a_snapshot_changes_nothing_about_the_log,
        }
    };
    (on $world:expr, in $room:ident: $($case:ident,)+) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let world = $world.await;
            crate::contract::$room::$case(&world).await;
        }
    )+ };
}

mod memory {
    use crate::contract::world::World;

    every_case! { on std::future::ready(World::in_memory()) }
}

mod postgres {
    use crate::contract::world::World;

    every_case! { on World::in_postgres() }
}
