//! The `evently` binary. Everything it does is in the library, so that tests and the bench can do it too.

/// Bookings allocate and free small things all day; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    evently::run(std::env::args_os())
}
