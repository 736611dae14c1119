//! The published examples of other implementations, and notes that vouch for nothing.

use super::*;

// The example of Go's `golang.org/x/mod/sumdb/note`, which the specification was made from.
const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NEUMANN_PRIVATE: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const SAYING: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNED: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn neumann() -> VerifierKey {
    NEUMANN.parse().unwrap()
}

fn key(origin: &str) -> SealKey {
    SealKey::of(origin, Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()).unwrap()
}

#[test]
fn signs_and_verifies_the_published_example() {
    let seed = &STANDARD.decode(NEUMANN_PRIVATE).unwrap()[1..];
    let key = SealKey::of("PeterNeumann", Ed25519KeyPair::from_seed_unchecked(seed).unwrap()).unwrap();
    assert_eq!(key.verifier().to_string(), NEUMANN);
    assert_eq!(key.sign(SAYING), format!("{SAYING}\n{SIGNED}"));
    assert_eq!(neumann().verified(&format!("{SAYING}\n{SIGNED}")), Ok(SAYING));
    assert_eq!(neumann().verified(&format!("{SAYING}\n{ENOCH}{SIGNED}")), Ok(SAYING), "others may sign as well");
    let poem = "Ognuno\n\ned è subito sera.\n";
    assert_eq!(key.verifier().verified(&key.sign(poem)), Ok(poem), "a text may hold empty lines");
}

#[test]
fn a_note_vouches_for_nothing_but_what_was_signed() {
    let no = |note: String| neumann().verified(&note).unwrap_err();
    assert_eq!(no(format!("{SAYING}\n{ENOCH}")), BadNote::NotSigned(NEUMANN.into()));
    assert_eq!(no(format!("{SAYING} \n\n{SIGNED}")), BadNote::Forged(NEUMANN.into()));
    assert_eq!(no(format!("{SAYING}\n{}", SIGNED.replace("ZJku", "ZJkv"))), BadNote::Forged(NEUMANN.into()));
    assert_eq!(no(format!("{SAYING}\n{SIGNED}{}", SIGNED.replace("ZJku", "ZJkv"))), BadNote::Forged(NEUMANN.into()));
    let broken = [
        String::new(),
        SAYING.into(),
        format!("{SAYING}{SIGNED}"),
        format!("{SAYING}\n{}", SIGNED.trim_end()),
        format!("{SAYING}\n{SIGNED}\n"),
        format!("{SAYING}\n-{}", &SIGNED[3..]),
        format!("{SAYING}\n— PeterNeumann x08g\n"),
        format!("{SAYING}\n— PeterNeumann ????\n"),
        format!("{SAYING}\n{}", ENOCH.repeat(101)),
        format!("{SAYING}\r\n\n{SIGNED}"),
        format!("{}\n{SIGNED}", "x\n".repeat(NOTE_BYTES_MAX)),
    ];
    for note in broken {
        assert_eq!(neumann().verified(&note), Err(BadNote::Malformed), "{note:.80}");
    }
}

#[test]
fn a_checkpoint_reads_as_the_specification_says() {
    let example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let root = Hash::parse_hash("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap();
    let sofa = key("example.com/behind-the-sofa");
    let note = sofa.checkpoint(20_852_163, root);
    assert!(note.starts_with(&format!("{example}\n— example.com/behind-the-sofa ")));
    let read = sofa.verifier().open(&note).unwrap();
    assert_eq!((read.size, read.root), (20_852_163, root));
    // The specification's own signature has this key id; nobody knows the key that it belongs to.
    let theirs = "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let unknown = sofa.verifier().open(&format!("{example}\n{theirs}"));
    assert_eq!(unknown, Err(BadNote::NotSigned(sofa.verifier().to_string())));
}

#[test]
fn a_signed_text_need_not_be_a_checkpoint_of_this_log() {
    let key = key("evently.local/log");
    let open = |text: &str| key.verifier().open(&key.sign(text)).unwrap_err();
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    assert_eq!(open(&format!("elsewhere\n1\n{root}\n")), BadNote::OtherLog("elsewhere".into()));
    for text in [SAYING.into(), format!("evently.local/log\n01\n{root}\n"), format!("evently.local/log\n1\n{root}=\n")]
    {
        assert_eq!(open(&text), BadNote::NoCheckpoint, "{text}");
    }
}

#[test]
fn a_key_is_read_only_as_it_is_written() {
    let key = key("evently.local/log");
    let text = key.verifier().to_string();
    assert_eq!(text.parse::<VerifierKey>().as_ref(), Ok(key.verifier()));
    assert_eq!(format!(" {text}\n").parse::<VerifierKey>().as_ref(), Ok(key.verifier()));
    let read = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    assert_eq!(read(&NEUMANN.replace("c74f", "c74e")), BadKey::Malformed);
    assert_eq!(read(&NEUMANN.replace("Peter", "Paul")), BadKey::Malformed);
    assert_eq!(read(&NEUMANN.replace("+ARpc", "+ARpd")), BadKey::Malformed);
    assert_eq!(read("PeterNeumann"), BadKey::Malformed);
    assert_eq!(read("PeterNeumann+c74f20a3+????"), BadKey::Malformed);
    assert_eq!(read("PeterNeumann+c74f20a3+AA=="), BadKey::NoEd25519);
    let generated = SealKey::generate().unwrap();
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
        assert_eq!(SealKey::new(name, &generated).err(), Some(BadKey::Name(name.into())));
    }
    assert_eq!(SealKey::new("log", b"nonsense").err(), Some(BadKey::NoEd25519));
    assert!(SealKey::new("log", &generated).is_ok());
}
