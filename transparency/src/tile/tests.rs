//! The examples of the specification, and what is no path.

use super::*;

fn path(text: &str) -> Option<(u8, u64, u64)> {
    text.parse().ok().map(|TilePath { tile, width }| (tile.level, tile.number, width))
}

#[test]
fn a_path_is_read_and_written_in_one_way() {
    let paths = [
        ("0/000", (0, 0, 256)),
        ("0/999", (0, 999, 256)),
        ("0/x001/234", (0, 1_234, 256)),
        ("0/x001/x234/067", (0, 1_234_067, 256)),
        ("0/x001/234.p/1", (0, 1_234, 1)),
        ("1/000.p/17", (1, 0, 17)),
        ("63/000.p/255", (63, 0, 255)),
        ("63/x018/x446/x744/x073/x709/x551/615.p/255", (63, u64::MAX, 255)),
    ];
    for (text, expected) in paths {
        assert_eq!(path(text), Some(expected), "{text}");
        let (level, number, width) = expected;
        assert_eq!(TilePath { tile: TileId { level, number }, width }.to_string(), text);
    }
}

#[test]
fn whatever_else_is_no_path() {
    let texts = [
        "",
        "0",
        "0/",
        "/000",
        "0/0",
        "0/0000",
        "00/000",
        "+1/000",
        "64/000",
        "256/000",
        "-1/000",
        "a/000",
        "0/00a",
        "0/x000/001",
        "0/x001/x234",
        "0/001/234",
        "0/xx001/234",
        "0/x1/234",
        "0/x1000/234",
        "0/000/",
        "0//000",
        "0/+01",
        "0/000.p",
        "0/000.p/",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/257",
        "0/000.p/01",
        "0/000.p/1/",
        "0/000.p/1.p/1",
        "entries/000",
        "data/000",
        "8/0/000",
        "0/x018/x446/x744/x073/x709/x551/616",
        "0/000 ",
        "0/%30",
        "../000",
        "0/\u{0660}00",
    ];
    for text in texts {
        assert_eq!(path(text), None, "{text}");
    }
    assert_eq!(path(&format!("0/{}000", "x000/".repeat(100_000))), None);
}

#[test]
fn the_widths_are_those_of_the_specification() {
    let width = |level, number, size| TileId { level, number }.width(size);
    assert_eq!((width(0, 272, 70_000), width(0, 273, 70_000), width(0, 274, 70_000)), (256, 112, 0));
    assert_eq!((width(1, 0, 70_000), width(1, 1, 70_000), width(2, 0, 70_000)), (256, 17, 1));
    assert_eq!((width(0, 0, 256), width(1, 0, 256), width(2, 0, 256)), (256, 1, 0));
    assert_eq!((width(63, 0, u64::MAX), width(0, u64::MAX, u64::MAX)), (0, 0));
}
